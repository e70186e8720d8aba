import { clamp, HOLD, towards, type CommonSettings, type Policy } from "../policy";
import { largest } from "embedded-aws/support";

const TOLERANCE = 0.1;
const STABILISATION_SECONDS = 300;
const SYNC_SECONDS = 15;
/** The default scale-up policies, whichever allows more, each 15 seconds. */
const MAX_ADDED = { pods: 4, percent: 100 };

/**
 * Kubernetes' horizontal pod autoscaler with its defaults, an instance standing for a pod. Pods that have not
 * reported count as idle when scaling up and as busy when scaling down.
 */
export function horizontalPodAutoscaler(settings: CommonSettings): Policy {
  const { targetCpuPercent } = settings;
  let recommendations: { readonly time: number; readonly desired: number }[] = [];
  return {
    name: "Kubernetes HPA, defaults",
    parameters: {
      targetCpuPercent,
      tolerance: TOLERANCE,
      syncSeconds: SYNC_SECONDS,
      scaleDownStabilisationSeconds: STABILISATION_SECONDS,
      scaleUp: `at most ${MAX_ADDED.pods} or ${MAX_ADDED.percent} % in ${SYNC_SECONDS} s`,
    },
    everySeconds: SYNC_SECONDS,
    reconcile({ now, instances, minutes }) {
      const size = instances.length;
      const latest = minutes.at(-1);
      if (latest === undefined) return HOLD;
      const desired = recommend(size, latest.inService, targetCpuPercent);
      recommendations = recommendations.filter(({ time }) => now - time < STABILISATION_SECONDS * 1000);
      recommendations.push({ time: now, desired });
      const stabilised = largest(recommendations.map((recommendation) => recommendation.desired));
      const most = Math.max(size + MAX_ADDED.pods, Math.ceil(size * (1 + MAX_ADDED.percent / 100)));
      const next = desired > size ? Math.min(desired, most) : Math.min(stabilised, size);
      return towards(clamp(next, settings), instances);
    },
  };
}

function recommend(
  size: number,
  measured: { readonly cpuPercent: number; readonly instances: number },
  targetCpuPercent: number,
): number {
  const ratio = measured.cpuPercent / targetCpuPercent;
  if (Math.abs(ratio - 1) <= TOLERANCE) return size;
  const missing = Math.max(0, size - measured.instances);
  const assumed = ratio > 1 ? 0 : 100;
  const all = Math.min(measured.instances, size) + missing;
  const filled =
    (measured.cpuPercent * Math.min(measured.instances, size) + assumed * missing) / (all * targetCpuPercent);
  // A guess about missing pods may stop a change, and must not turn it round.
  if (Math.abs(filled - 1) <= TOLERANCE || ratio > 1 !== filled > 1) return size;
  const desired = Math.ceil(filled * all - 1e-9);
  return ratio > 1 ? Math.max(desired, size) : Math.min(desired, size);
}
