import type { Decision, ScalingSettings, Situation } from "./decision";
import { isWarmingUp, type InstanceRecord } from "./fleet";

/** Whoever has reported so often within the history shows that CloudWatch takes reports. */
const STEADY_REPORTS = 3;

/**
 * The instances that are of no use and are to be replaced, in the order in which they go: those that are stopped,
 * since nobody starts them again; those whose status checks fail after their warm-up; and those that were in
 * service for all of `silentMs` without reporting any CPU, though it is reported by the host, whatever the
 * instance does. Where nobody reports, it is CloudWatch that is silent: then only those count that have never
 * reported since their warm-up ended.
 *
 * @param silentMs after so long a report must have been there.
 * @param historyMs how far back the samples reach.
 */
export function unhealthyInstances(
  { now, fleet, samples }: Situation,
  { warmupSeconds }: ScalingSettings,
  silentMs: number,
  historyMs: number,
): InstanceRecord[] {
  const reports = Map.groupBy(samples, ({ instanceId }) => instanceId);
  const anybodyReports = [...reports.values()].some(({ length }) => length >= STEADY_REPORTS);
  const rank = (record: InstanceRecord): number | undefined => {
    if (record.state === "stopping" || record.state === "stopped") return 0;
    if (record.state !== "running" || isWarmingUp(record, now, warmupSeconds)) return undefined;
    if (record.impaired === true) return 1;
    const inService = now - record.launchTime - warmupSeconds * 1000;
    const silent = inService >= silentMs && !reports.has(record.id);
    return silent && (anybodyReports || inService <= historyMs) ? 2 : undefined;
  };
  const found = fleet.flatMap((record) => {
    const place = rank(record);
    return place === undefined ? [] : [{ record, place }];
  });
  // Stryker disable next-line EqualityOperator: no two have the same id.
  found.sort((a, b) => a.place - b.place || (a.record.id < b.record.id ? -1 : 1));
  return found.map(({ record }) => record);
}

/**
 * A decision on the healthy instances alone, with the unhealthy ones replaced: others are launched first, as far
 * as the maximum leaves room; where it leaves none, and once nothing is missing, the unhealthy ones end.
 *
 * @param healthy instances that are seen and are not unhealthy: while others are not seen yet, none is launched.
 */
export function withReplacements(
  decision: Decision,
  unhealthy: readonly InstanceRecord[],
  healthy: number,
  { maxInstances, maxStep }: ScalingSettings,
): Decision {
  if (unhealthy.length === 0) return decision;
  const findings = { ...decision.findings, unhealthy: unhealthy.length };
  const room = maxInstances - healthy - unhealthy.length;
  if (decision.action === "launch" && room > 0)
    return { ...decision, count: Math.min(decision.count, room), findings };
  const idle = decision.action === "terminate" ? decision.instanceIds : [];
  const all = [...unhealthy.map(({ id }) => id), ...idle];
  // None that is of use, and needed, goes for one that is of no use and protected.
  return { action: "terminate", instanceIds: all.slice(0, maxStep), others: all.slice(maxStep), findings };
}
