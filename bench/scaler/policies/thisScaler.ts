import { decideCapacity, historyMs } from "../../../handlers/scaling/decideCapacity";
import type { ScalingSettings } from "../../../handlers/scaling/decision";
import { limitsAt } from "../../../handlers/scaling/schedule";
import { HISTORY_PERIOD_SECONDS, type LoadPoint } from "../../../handlers/scaling/forecast";
import { HOLD, type CommonSettings, type Policy } from "../policy";

/** The scaler of this project: the handler's own decision, on what the handler reads. */
export function thisScaler(common: CommonSettings, own: Omit<ScalingSettings, keyof CommonSettings>): Policy {
  const { schedule, ...limits } = common;
  const settings: ScalingSettings = { ...own, ...limits, ...(schedule && { schedule: [...schedule] }) };
  /** The load's metric in CloudWatch, of which the handler reads the maxima of each period. */
  const published = new Map<number, number>();
  return {
    name: settings.forecast ? "this scaler, with its forecast" : "this scaler",
    parameters: {
      targetCpuPercent: settings.targetCpuPercent,
      reserveInstances: settings.reserveInstances,
      tolerance: settings.tolerance,
      warmupSeconds: settings.warmupSeconds,
      scaleInAfterSeconds: settings.scaleInAfterSeconds,
      maxStep: settings.maxStep,
    },
    everySeconds: 60,
    reconcile({ now, instances, ended, minutes }) {
      const imageId = "ami-00000000000000000";
      const samples = minutes
        .filter(({ time }) => time >= now - historyMs(settings))
        .flatMap(({ time, byInstance }) =>
          [...byInstance].map(([instanceId, cpuPercent]) => ({ instanceId, time, cpuPercent })),
        );
      const fleet = [
        ...instances.map((instance) => ({ ...instance, imageId })),
        ...ended.map((instance) => ({ ...instance, imageId, state: "terminated" })),
      ];
      const history: LoadPoint[] = settings.forecast
        ? [...published].map(([time, load]) => ({ time, load }))
        : [];
      const decision = decideCapacity(
        { now, fleet, samples, history },
        { ...settings, ...limitsAt(now, settings) },
      );
      const { load } = decision.findings;
      if (load !== undefined) {
        const period = HISTORY_PERIOD_SECONDS * 1000;
        const slot = Math.floor(load.time / period) * period;
        published.set(slot, Math.max(published.get(slot) ?? 0, load.load));
      }
      // Without a group nothing is decided on one.
      return decision.action === "resize" ? HOLD : decision;
    },
  };
}
