import { decideCapacity, historyMs } from "./decideCapacity";
import type { AlarmState, Decision, ScalingSettings } from "./decision";
import type { Measurements } from "./cpuMetric";
import { measuredInstances } from "./demand";
import type { FleetPort, FleetSession, LaunchProblem, TimeLeft } from "./fleetPort";
import type { LoadMetric } from "./loadMetric";
import { limitsAt, type Limits } from "./schedule";
import type { WakeMetric } from "./wakeMetric";

/** Reads CloudWatch. Rejects with the SDK's errors. */
export interface CpuReader {
  /**
   * The CPU of each of these instances by minute since `from`, milliseconds since the Unix epoch, and the metric
   * that wakes the fleet, if there is one.
   */
  since(
    from: number,
    instanceIds: readonly string[],
    wakeMetric: WakeMetric | undefined,
  ): Promise<Measurements>;
}

export interface ReconcileParts {
  readonly fleet: FleetPort;
  readonly cpu: CpuReader;
  /** Where the load is written that this invocation sees, and read that earlier ones saw; nowhere by default. */
  readonly load?: LoadMetric | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly settings: ScalingSettings;
}

export interface Reconciliation {
  readonly decision: Decision;
  /** Those in force, by the schedule if there is one. */
  readonly limits: Limits;
  /** Ids of the instances that this call launched. */
  readonly launched: readonly string[];
  /** Ids of instances that an earlier call had asked for without learning what became of it. */
  readonly found: readonly string[];
  readonly terminated: readonly string[];
  /** Ids of instances that were to end, and stay: they are protected from termination. */
  readonly kept: readonly string[];
  /** Launches that were decided and did not happen, with the reason of each. */
  readonly refused: readonly LaunchProblem[];
}

/** Looks at the fleet and its load, decides, and acts: the same for every trigger, and safe to repeat. */
export async function reconcile(
  parts: ReconcileParts,
  time: TimeLeft,
  alarm?: AlarmState,
): Promise<Reconciliation> {
  const { fleet, now } = parts;
  const limits = limitsAt(now(), parts.settings);
  const settings = { ...parts.settings, ...limits };
  const session = await fleet.open(time, limits.maxInstances);
  const { records, unseen, groupSize, hold, found } = session;
  const blind = settings.paused || hold !== undefined;
  // Stryker disable next-line ArrayDeclaration: who is blind holds, whatever there is to see.
  const { cpu: samples, wake } = blind ? { cpu: [], wake: [] } : await measure(parts, session);
  // Stryker disable next-line ArrayDeclaration: without a forecast nobody reads it.
  const history = blind || !settings.forecast ? [] : await parts.load?.history(now());
  const decide = (reason = hold) =>
    decideCapacity(
      { now: now(), fleet: records, unseen, groupSize, samples, wake, history, alarm, hold: reason },
      withRoom(settings, session),
    );
  const decision = decide();
  const { load } = decision.findings;
  if (load !== undefined) parts.load?.publish(load);
  const refused = [...(session.failed ?? []), ...missingOf(session)];
  const nothing = { decision, limits, launched: [], found, terminated: [], kept: [], refused };
  switch (decision.action) {
    case "hold":
      return nothing;
    case "terminate": {
      const report = await session.terminate(decision.instanceIds, decision.others);
      return report.kind === "asked"
        ? { ...nothing, terminated: report.terminated, kept: report.kept }
        : { ...nothing, decision: decide("another at work") };
    }
    case "resize":
      if (session.resize === undefined) throw new Error("the fleet has no group that could be told its size");
      await session.resize(decision.to);
      return nothing;
    case "launch": {
      const report = await session.launch(decision.count);
      return report.kind === "asked"
        ? { ...nothing, launched: report.launched, refused: [...refused, ...report.refused] }
        : { ...nothing, decision: decide("another at work") };
    }
  }
}

/** What a group was told to have and has not even begun to launch: EC2 refuses, and the group tries again. */
function missingOf({ groupSize, unseen }: FleetSession): LaunchProblem[] {
  if (groupSize === undefined || unseen === 0) return [];
  const reason = "the group has not begun to launch them; its scaling activities say why";
  return [{ kind: "no capacity", count: unseen, reason }];
}

/**
 * The settings with a maximum that leaves room for what is still on its way out of a group: it is there, and paid for,
 * until it has drained. The group is not made smaller for it.
 */
function withRoom(settings: ScalingSettings, { groupSize, leaving = 0 }: FleetSession): ScalingSettings {
  const { maxInstances } = settings;
  if (groupSize === undefined) return settings;
  return { ...settings, maxInstances: Math.min(maxInstances, Math.max(groupSize, maxInstances - leaving)) };
}

function measure({ cpu, now, settings }: ReconcileParts, { records }: FleetSession): Promise<Measurements> {
  const { warmupSeconds, wakeMetric } = settings;
  const from = now() - historyMs(settings);
  return cpu.since(from, measuredInstances(records, from, now(), warmupSeconds), wakeMetric);
}
