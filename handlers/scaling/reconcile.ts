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
  const session = await fleet.open(time);
  const { records, unseen, hold, found } = session;
  const blind = settings.paused || hold !== undefined;
  const { cpu: samples, wake } = blind ? { cpu: [], wake: [] } : await measure(parts, session);
  const history = blind || !settings.forecast ? [] : await parts.load?.history(now());
  const decide = (reason = hold) =>
    decideCapacity(
      { now: now(), fleet: records, unseen, samples, wake, history, alarm, hold: reason },
      settings,
    );
  const decision = decide();
  const { load } = decision.findings;
  if (load !== undefined) parts.load?.publish(load);
  const nothing = { decision, limits, launched: [], found, terminated: [], refused: [] };
  switch (decision.action) {
    case "hold":
      return nothing;
    case "terminate": {
      const terminated = await session.terminate(decision.instanceIds);
      return terminated.length === 0
        ? { ...nothing, decision: decide("another at work") }
        : { ...nothing, terminated };
    }
    case "launch": {
      const report = await session.launch(decision.count);
      return report.kind === "asked"
        ? { ...nothing, launched: report.launched, refused: report.refused }
        : { ...nothing, decision: decide("another at work") };
    }
  }
}

function measure({ cpu, now, settings }: ReconcileParts, { records }: FleetSession): Promise<Measurements> {
  const { warmupSeconds, wakeMetric } = settings;
  const from = now() - historyMs(settings);
  return cpu.since(from, measuredInstances(records, from, now(), warmupSeconds), wakeMetric);
}
