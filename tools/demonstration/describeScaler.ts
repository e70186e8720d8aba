import * as v from "valibot";
import type { CloudEvent } from "embedded-aws";
import type { FleetTally, ScalerDemonstration } from "./fleetTally";
import type { ScalerSettings } from "./scalerSettings";

/** The members of the function's log lines that are read here. */
const logLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    level: v.string(),
    message: v.string(),
    trigger: v.optional(v.string()),
    action: v.optional(v.string()),
  }),
);

/** What an event means to somebody who watches the scaler, after it is tallied; undefined when nothing. */
export function describeEvent(
  event: CloudEvent,
  settings: ScalerSettings,
  { live }: FleetTally,
): string | undefined {
  switch (event.type) {
    case "alarm-state-changed":
      return event.alarmName === settings.alarmName
        ? `alarm ${event.alarmName}: ${event.previousState} → ${event.state}`
        : undefined;
    case "event-delivered":
    case "event-delivery-failed": {
      const toScaler = event.targetArn.endsWith(`:function:${settings.functionName}`);
      // A tick is delivered each minute, whatever happens.
      if (!toScaler || event.detailType === "Scheduled Event") return undefined;
      return event.type === "event-delivered"
        ? `event "${event.detailType}" delivered to ${settings.functionName}`
        : `event "${event.detailType}" could not be delivered: ${event.errorMessage ?? "no reason given"}`;
    }
    case "log":
      return event.logGroupName === settings.logGroupName ? decisionIn(event.message) : undefined;
    case "instance-state-changed": {
      if (event.tags[settings.tag.key] !== settings.tag.value) return undefined;
      const { instanceId, instanceType, imageId, availabilityZone, state } = event;
      switch (state) {
        case "pending":
          return `${instanceId} launched: ${instanceType} of ${imageId} in ${availabilityZone}; ${live.size} in the fleet`;
        case "shutting-down":
          return `${instanceId} is shutting down; ${live.size} in the fleet`;
        case "running":
        case "terminated":
          return `${instanceId} ${state}`;
      }
      break;
    }
    default:
      return undefined;
  }
}

/** A decision that changes something or that the alarm asked for, and every error; not each minute's "holding". */
function decisionIn(message: string): string | undefined {
  const parsed = v.safeParse(logLine, message);
  if (!parsed.success) return undefined;
  const { level, message: text, trigger, action } = parsed.output;
  // An error that nobody caught is logged with its stack.
  if (level === "ERROR") return `the scaler reports: ${text.split("\n", 1)[0] ?? text}`;
  if (action === undefined) return undefined;
  return action === "hold" && trigger !== "alarm" ? undefined : `woken by ${trigger ?? "an event"}: ${text}`;
}

export function describeScaler(demonstration: ScalerDemonstration): string[] {
  const { alarms, launched, peak, maximum, terminated, final } = demonstration;
  return [
    "",
    `the alarm went off ${alarms === 1 ? "once" : `${alarms} times`}: ${launched} launched, at most ${peak} at once ` +
      `(maximum ${maximum}), ${terminated} terminated, ${final} left`,
  ];
}

/** The promises that the demonstration shows broken, for a person; none when all is well. */
export function brokenScalerPromises(demonstration: ScalerDemonstration): string[] {
  const { alarms, launched, peak, maximum, minimum, missed } = demonstration;
  return [
    ...(missed === undefined ? [] : [`in the scaler's demonstration, ${missed}`]),
    ...(peak > maximum ? [`${peak} instances ran at once; the maximum is ${maximum}`] : []),
    ...(alarms === 0 ? ["the CPU alarm never went off"] : []),
    ...(launched <= minimum ? [`${launched} instances were launched; expected more than ${minimum}`] : []),
  ];
}
