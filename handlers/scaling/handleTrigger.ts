import type { Telemetry } from "../shared/telemetry";
import type { CommonConfiguration } from "./configuration";
import { isFresh } from "./decideCapacity";
import type { AlarmState, Decision } from "./decision";
import { describeDecision } from "./describeDecision";
import { parseTrigger, type Trigger } from "./parseTrigger";
import type { LaunchProblem, TimeLeft } from "./fleetPort";
import { reconcile, type ReconcileParts, type Reconciliation } from "./reconcile";
import { actionsOf } from "./scalerAction";
import type { Teller } from "./tell";
import { forTheLoad } from "./wish";

/** What an invocation answers, for whoever invokes it by hand. */
export type ScaleFleetResult =
  | { readonly outcome: "refused event"; readonly reason: string }
  | ({
      readonly outcome: "reconciled";
      readonly summary: string;
      /** Actions that could not be told, counted for each channel. */
      readonly untold: number;
    } & Reconciliation);

/** What the function counts. */
export type ScalerMetric =
  | "InstancesDesired"
  | "InstancesRunning"
  | "InstancesPending"
  | "InstancesUnhealthy"
  | "InstancesLaunched"
  | "InstancesTerminated"
  | "LaunchesRefused"
  | "FleetAtMaximum"
  | "ActionsUntold"
  | "EventsRefused";

/**
 * One invocation: reads the trigger, reconciles, and says in one line what was found and done.
 *
 * A refused event is answered, not thrown: no retry would make it a good one. An error of AWS's is thrown, so
 * that Lambda retries, and hands the event to the on-failure destination in the end.
 */
export function createScaleFleet(
  configuration: CommonConfiguration,
  aws: Omit<ReconcileParts, "settings"> & { readonly teller: Teller },
  { log, publishCounts }: Telemetry,
): (event: unknown, time: TimeLeft) => Promise<ScaleFleetResult> {
  const publish: (counts: Partial<Record<ScalerMetric, number>>) => void = publishCounts;
  const image = configuration.imageId ?? configuration.imageParameter ?? "the template's image";
  return async (event, time) => {
    const trigger = parseTrigger(event, configuration);
    if (trigger.kind === "refused") {
      log.error(`refused an event: ${trigger.reason}`, { reason: trigger.reason });
      publish({ EventsRefused: 1 });
      return { outcome: "refused event", reason: trigger.reason };
    }
    const result = await reconcile(
      { ...aws, settings: configuration },
      time,
      alarmStateOf(trigger, aws.now()),
    );
    const { decision, limits, launched, found, terminated, kept, refused } = result;
    const grown = decision.action === "resize" ? decision.to - decision.from : 0;
    const { findings } = decision;
    const summary =
      describeDecision(carriedOut(result), { ...configuration, ...limits, image }) +
      remarks(found.length, missing(refused), kept.length);
    const ids = { launched: launched.join(" "), found: found.join(" "), terminated: terminated.join(" ") };
    log.info(summary, { trigger: trigger.kind, action: decision.action, findings: { ...findings }, ...ids });
    for (const { kind, count, reason } of refused)
      log.error(`could not launch ${count}: ${reason}`, { kind });
    if (kept.length > 0)
      log.warn(`did not end ${kept.length}: protected from termination, until somebody ends that`, {
        kept: kept.join(" "),
      });
    const untold = await aws.teller.tell(actionsOf(configuration.fleet, summary, result), time);
    publish({
      InstancesDesired: findings.desired,
      InstancesRunning: findings.running,
      InstancesPending: findings.pending,
      InstancesUnhealthy: findings.unhealthy ?? 0,
      InstancesLaunched: launched.length + Math.max(0, grown),
      InstancesTerminated: terminated.length + Math.max(0, -grown),
      LaunchesRefused: missing(refused),
      FleetAtMaximum: forTheLoad(findings) > limits.maxInstances ? 1 : 0,
      ActionsUntold: untold,
    });
    return { outcome: "reconciled", summary, untold, ...result };
  };
}

function missing(refused: readonly LaunchProblem[]): number {
  return refused.reduce((sum, { count }) => sum + count, 0);
}

/** The decision as it was carried out, where others ended than were to. */
function carriedOut({ decision, terminated }: Reconciliation): Decision {
  // Stryker disable next-line ConditionalExpression: of another decision nobody reads what ended.
  return decision.action === "terminate" ? { ...decision, instanceIds: terminated } : decision;
}

function remarks(found: number, refused: number, kept: number): string {
  const parts = [
    found > 0 ? `${found} there already` : "",
    refused > 0 ? `${refused} could not be had` : "",
    kept > 0 ? `${kept} protected from termination` : "",
  ];
  const text = parts.filter((part) => part !== "").join(", ");
  return text && ` (${text})`;
}

/**
 * The alarm's state, if the event is about the present: one that was retried for hours wakes the scaler like
 * any other, and says nothing about now.
 */
function alarmStateOf(trigger: Exclude<Trigger, { kind: "refused" }>, now: number): AlarmState | undefined {
  // Stryker disable next-line ConditionalExpression: a tick tells of no time, and so of no state.
  return trigger.kind === "alarm" && isFresh(trigger.at, now) ? trigger.state : undefined;
}
