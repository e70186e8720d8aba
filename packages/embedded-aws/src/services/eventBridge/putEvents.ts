import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import { type Definite, type Input, operationsOf } from "../../wire/operation";
import type { EventInput } from "./bus";
import type { Buses } from "./buses";

type Entry = Definite<NonNullable<Input<"events", "PutEvents">["Entries"]>[number]>;

/** PutEvents, EventBridge API reference: ten entries; 1 MB over all of them. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 1024 * 1024;
const LONGEST_DETAIL_TYPE = 128;
const LONGEST_SOURCE = 256;

export function putEvents(context: CloudContext, buses: Buses) {
  return operationsOf("events", context)(
    "PutEvents",
    { supports: ["Entries"], rules: { Entries: { length: [1, MOST_ENTRIES] } } },
    (input, call) =>
      // AWS's own services send their events past all policies.
      call.caller.kind === "service"
        ? []
        : input.Entries.map((entry) => ({
            action: "events:PutEvents",
            resource: buses.arnOf(buses.nameIn(entry.EventBusName)),
            resourcePolicy: buses.find(entry.EventBusName)?.policy,
            context: {
              ...(entry.Source === undefined ? {} : { "events:source": entry.Source }),
              ...(entry.DetailType === undefined ? {} : { "events:detail-type": entry.DetailType }),
            },
          })),
    (input, call) => {
      const bytes = input.Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
      if (context.conditions.payloadLimits && bytes > MOST_BYTES) {
        throw new AwsError(
          "ValidationException",
          `Entries: got ${bytes} bytes in all; expected at most ${MOST_BYTES}`,
        );
      }
      const entries = input.Entries.map((entry) => {
        const event = readEntry(entry, call.caller, context.clock.now());
        if ("code" in event) return { ErrorCode: event.code, ErrorMessage: event.message };
        // As AWS: an event for a bus that is not there has an id, and is lost.
        return { EventId: buses.find(entry.EventBusName)?.publish(event) ?? context.random.uuid() };
      });
      return { FailedEntryCount: entries.filter((entry) => "ErrorCode" in entry).length, Entries: entries };
    },
  );
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

function readEntry(entry: Entry, caller: Principal, now: number): EventInput | Refusal {
  const { Source: source, DetailType: detailType, Detail: text } = entry;
  const bad = (message: string): Refusal => ({ code: "InvalidArgument", message });
  if (source === undefined || source === "")
    return bad("Parameter Source is not valid. Reason: Source is a required argument.");
  if (source.length > LONGEST_SOURCE)
    return bad(`Parameter Source is not valid. Reason: it is longer than ${LONGEST_SOURCE} characters.`);
  if (detailType === undefined || detailType === "") {
    return bad("Parameter DetailType is not valid. Reason: DetailType is a required argument.");
  }
  if (detailType.length > LONGEST_DETAIL_TYPE) {
    return bad(
      `Parameter DetailType is not valid. Reason: it is longer than ${LONGEST_DETAIL_TYPE} characters.`,
    );
  }
  if (text === undefined) return bad("Parameter Detail is not valid. Reason: Detail is a required argument.");
  if (source.startsWith("aws.") && caller.kind !== "service") {
    return {
      code: "NotAuthorizedForSource",
      message: `Not authorized for the source ${source}: only AWS's services send as aws.*`,
    };
  }
  const detail = parseObject(text);
  if (detail === undefined) return { code: "MalformedDetail", message: "Detail is malformed." };
  return {
    source,
    detailType,
    detail,
    resources: entry.Resources ?? [],
    time: entry.Time?.getTime() ?? now,
  };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = parseJson(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As PutEvents counts an entry: 14 bytes for a time, and the UTF-8 bytes of the rest. */
function sizeOf(entry: Entry): number {
  const texts = [entry.Source ?? "", entry.DetailType ?? "", entry.Detail ?? "", ...(entry.Resources ?? [])];
  return (entry.Time === undefined ? 0 : 14) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
