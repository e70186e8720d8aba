import * as v from "valibot";
import { excerpt } from "../shared/excerpt";
import type { AlarmState } from "./decision";

/** What may wake the scaler: ARNs of the fleet's own alarm and of its own schedule. */
export interface ExpectedSources {
  readonly alarmArn: string;
  readonly tickRuleArn: string;
}

export type Trigger =
  | {
      readonly kind: "alarm";
      readonly state: AlarmState;
      /** When the alarm changed, in milliseconds since the Unix epoch; the event may come hours later. */
      readonly at: number;
    }
  | { readonly kind: "tick"; readonly at: number }
  | { readonly kind: "refused"; readonly reason: string };

const time = v.pipe(
  v.string(),
  v.check(
    // `Date.parse` alone takes "7", too, for a year.
    (text) => v.ISO_TIMESTAMP_REGEX.test(text) && !Number.isNaN(Date.parse(text)),
    "expected an ISO 8601 time",
  ),
  v.transform((text) => Date.parse(text)),
);

/** "CloudWatch Alarm State Change": Amazon EventBridge events reference. Members that nothing here reads may change. */
const alarmEvent = v.object({
  source: v.literal("aws.cloudwatch"),
  "detail-type": v.literal("CloudWatch Alarm State Change"),
  time,
  resources: v.array(v.string()),
  detail: v.object({
    state: v.object({
      value: v.picklist(["OK", "ALARM", "INSUFFICIENT_DATA"]),
    }),
  }),
});

const tickEvent = v.object({
  source: v.literal("aws.events"),
  "detail-type": v.literal("Scheduled Event"),
  time,
  resources: v.array(v.string()),
});

const anyEvent = v.object({ source: v.string(), "detail-type": v.string() });

/** Reads an event. One that is malformed, or about anything else than this fleet, is refused with the reason. */
export function parseTrigger(event: unknown, expected: ExpectedSources): Trigger {
  const kind = v.safeParse(anyEvent, event);
  if (!kind.success) return refused("the event", kind.issues);
  switch (kind.output["detail-type"]) {
    case "CloudWatch Alarm State Change": {
      const parsed = v.safeParse(alarmEvent, event);
      if (!parsed.success) return refused("the alarm's event", parsed.issues);
      const { resources, detail, time: at } = parsed.output;
      if (!resources.includes(expected.alarmArn)) return foreign(resources, expected.alarmArn);
      return { kind: "alarm", state: detail.state.value, at };
    }
    case "Scheduled Event": {
      const parsed = v.safeParse(tickEvent, event);
      if (!parsed.success) return refused("the tick", parsed.issues);
      const { resources, time: at } = parsed.output;
      return resources.includes(expected.tickRuleArn)
        ? { kind: "tick", at }
        : foreign(resources, expected.tickRuleArn);
    }
    default:
      return {
        kind: "refused",
        reason: `detail-type: got ${excerpt(`"${kind.output["detail-type"]}"`)}; expected "CloudWatch Alarm State Change" or "Scheduled Event"`,
      };
  }
}

/** Of many things that are wrong, so many are told. */
const PARTS_SHOWN = 5;

function foreign(resources: readonly string[], expected: string): Trigger {
  return {
    kind: "refused",
    reason: `resources: got ${excerpt(resources.slice(0, PARTS_SHOWN).join(", ")) || "none"}; expected ${expected}`,
  };
}

function refused(what: string, issues: readonly v.BaseIssue<unknown>[]): Trigger {
  const reasons = issues.slice(0, PARTS_SHOWN).map((issue) => {
    const path = v.getDotPath(issue) ?? "it";
    return `${path}: got ${excerpt(issue.received)}; ${issue.expected === null ? issue.message : `expected ${issue.expected}`}`;
  });
  return { kind: "refused", reason: `${what} is malformed: ${reasons.join("; ")}` };
}
