import {
  decideCapacity,
  historyMs,
  type AlarmState,
  type Decision,
  type ScalingSettings,
} from "./decideCapacity";
import { measuredInstances, type CpuSample } from "./demand";
import { fillPlaces, type PlaceOutcome, type RunRequest } from "./fillPlaces";
import type { InstanceRecord } from "./fleet";
import { planLaunches, type FleetIdentity } from "./launchPlan";

/** What the reconcile needs of AWS. Each call rejects with the SDK's errors. */
export interface FleetPort {
  /** Every instance with the fleet's tag, in every state; may lag behind what has just been done. */
  describe(): Promise<InstanceRecord[]>;
  /** The CPU of each of these instances by minute since `from`, milliseconds since the Unix epoch. */
  cpuSince(from: number, instanceIds: readonly string[]): Promise<CpuSample[]>;
  /** Launches one instance, or answers with the one that the token has launched before. */
  run(request: RunRequest): Promise<InstanceRecord>;
  terminate(instanceIds: readonly string[]): Promise<void>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

export type FleetSettings = ScalingSettings & FleetIdentity;

export interface Reconciliation {
  readonly decision: Decision;
  /** Ids of the instances that this call launched. */
  readonly launched: readonly string[];
  /** Ids of instances that were asked for and there already: launched by someone else, or earlier. */
  readonly found: readonly string[];
  readonly terminated: readonly string[];
  /** Launches that were decided and did not happen, with the reason of each. */
  readonly refused: readonly Extract<PlaceOutcome, { readonly reason: string }>[];
}

/** How long a launch after a refusal in another zone may take to be seen, and how often to look. */
const VISIBLE_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

/** Looks at the fleet and its load, decides, and acts: the same for every trigger, and safe to repeat. */
export async function reconcile(
  port: FleetPort,
  settings: FleetSettings,
  alarm?: AlarmState,
): Promise<Reconciliation> {
  const startedAt = port.now();
  const records = await port.describe();
  const samples = settings.paused ? [] : await readCpu(port, settings, records, startedAt);
  const decision = decideCapacity({ now: port.now(), fleet: records, samples, alarm }, settings);
  const nothing = { decision, launched: [], found: [], terminated: [], refused: [] };
  switch (decision.action) {
    case "hold":
      return nothing;
    case "terminate":
      await port.terminate(decision.instanceIds);
      return { ...nothing, terminated: decision.instanceIds };
    case "launch": {
      const launches = planLaunches(records, decision.count, settings);
      const outcomes = await fillPlaces(launches, settings, (request) => port.run(request));
      await untilVisible(port, outcomes);
      return { ...nothing, ...sortOutcomes(outcomes, startedAt) };
    }
  }
}

function readCpu(
  port: FleetPort,
  settings: FleetSettings,
  records: readonly InstanceRecord[],
  now: number,
): Promise<CpuSample[]> {
  const from = now - historyMs(settings);
  return port.cpuSince(from, measuredInstances(records, from, now, settings.warmupSeconds));
}

/** EC2 tells launch times in whole seconds, so an instance of this call may seem a second older than it. */
const LAUNCH_TIME_PRECISION_MS = 1_000;

function sortOutcomes(outcomes: readonly PlaceOutcome[], startedAt: number) {
  const launched: string[] = [];
  const found: string[] = [];
  const refused: Reconciliation["refused"][number][] = [];
  for (const outcome of outcomes) {
    if (outcome.kind !== "filled") refused.push(outcome);
    else if (outcome.instance.launchTime < startedAt - LAUNCH_TIME_PRECISION_MS)
      found.push(outcome.instance.id);
    else launched.push(outcome.instance.id);
  }
  return { launched, found, refused };
}

/**
 * Waits until EC2 shows what was launched, or may have been, after a refusal elsewhere: the one case in which
 * the tokens alone would not keep the next invocation from launching it again (see `Launch`).
 */
async function untilVisible(port: FleetPort, outcomes: readonly PlaceOutcome[]): Promise<void> {
  const awaited = outcomes
    .filter(({ kind, detour }) => detour && (kind === "filled" || kind === "unclear"))
    .map((outcome) => outcome.clientToken);
  if (awaited.length === 0) return;
  const until = port.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const seen = new Set((await port.describe()).map((record) => record.clientToken));
    if (awaited.every((token) => seen.has(token)) || port.now() >= until) return;
    await port.sleep(LOOK_EVERY_MS);
  }
}
