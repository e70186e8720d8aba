import { decideCapacity } from "../../../handlers/scaling/decideCapacity";
import type { ScalingSettings } from "../../../handlers/scaling/decision";
import { HOLD, type CommonSettings, type Policy } from "../policy";

/** The scaler of this project: the handler's own decision, on what the handler reads. */
export function thisScaler(common: CommonSettings, own: Omit<ScalingSettings, keyof CommonSettings>): Policy {
  const settings: ScalingSettings = { ...own, ...common };
  return {
    name: "this scaler",
    parameters: {
      targetCpuPercent: settings.targetCpuPercent,
      tolerance: settings.tolerance,
      warmupSeconds: settings.warmupSeconds,
      scaleInAfterSeconds: settings.scaleInAfterSeconds,
      maxStep: settings.maxStep,
    },
    everySeconds: 60,
    reconcile({ now, instances, ended, minutes }) {
      const imageId = "ami-00000000000000000";
      const samples = minutes.flatMap(({ time, byInstance }) =>
        [...byInstance].map(([instanceId, cpuPercent]) => ({ instanceId, time, cpuPercent })),
      );
      const fleet = [
        ...instances.map((instance) => ({ ...instance, imageId })),
        ...ended.map((instance) => ({ ...instance, imageId, state: "terminated" })),
      ];
      const decision = decideCapacity({ now, fleet, samples }, settings);
      // Without a group nothing is decided on one.
      return decision.action === "resize" ? HOLD : decision;
    },
  };
}
