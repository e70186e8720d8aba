import { largest } from "embedded-aws/support";
import { limitsAt } from "../../../handlers/scaling/schedule";
import {
  backWithin,
  clamp,
  HOLD,
  mean,
  towards,
  type CommonSettings,
  type Policy,
  type PolicyView,
} from "../policy";

const TOLERANCE = 0.1;
const STABILISATION_SECONDS = 300;
const SYNC_SECONDS = 15;
/** The default scale-up policies, whichever allows more, each 15 seconds. */
const MAX_ADDED = { pods: 4, percent: 100 };
/** --horizontal-pod-autoscaler-cpu-initialization-period */
const CPU_INITIALISATION_MS = 300_000;

/**
 * Kubernetes' horizontal pod autoscaler with its defaults, an instance standing for a pod. Whether a pod is ready is
 * told by its readiness check; its metric is the pod's own, and the newest that is there.
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
    reconcile(view) {
      const { now, instances } = view;
      const size = instances.length;
      const desired = recommend(groupPods(view), size, targetCpuPercent);
      // Its limits come before any metric.
      const back = backWithin(view, settings);
      if (back !== undefined) return back;
      // No metric at all: the controller reports an error, and leaves the size as it is.
      if (desired === undefined) return HOLD;
      recommendations = recommendations.filter(({ time }) => now - time < STABILISATION_SECONDS * 1000);
      recommendations.push({ time: now, desired });
      const stabilised = largest(recommendations.map((recommendation) => recommendation.desired));
      const most = Math.max(size + MAX_ADDED.pods, Math.ceil(size * (1 + MAX_ADDED.percent / 100)));
      const next = desired > size ? Math.min(desired, most) : Math.min(stabilised, size);
      return towards(clamp(next, limitsAt(now, settings)), instances);
    },
  };
}

/** CPU of the ready pods, and how many others there are; `groupPods` in Kubernetes' replica_calculator.go. */
export interface PodGroups {
  readonly ready: readonly number[];
  /** Pending, not ready, or without a whole window of the metric since they are. */
  readonly unready: number;
  /** Without any metric. */
  readonly missing: number;
}

export function groupPods({ now, instances, minutes }: PolicyView): PodGroups {
  const ready: number[] = [];
  let [unready, missing] = [0, 0];
  for (const { id, state, launchTime, readyAt } of instances) {
    if (state === "pending") {
      unready++;
      continue;
    }
    const newest = minutes.findLast(({ byInstance }) => byInstance.has(id));
    const cpuPercent = newest?.byInstance.get(id);
    if (newest === undefined || cpuPercent === undefined) missing++;
    else if (readyAt === undefined || (now - launchTime < CPU_INITIALISATION_MS && newest.time < readyAt))
      unready++;
    else ready.push(cpuPercent);
  }
  return { ready, unready, missing };
}

/** `GetResourceReplicas` in replica_calculator.go; undefined where it is an error. */
export function recommend(
  { ready, unready, missing }: PodGroups,
  size: number,
  targetCpuPercent: number,
): number | undefined {
  if (ready.length === 0) return undefined;
  const ratio = mean(ready) / targetCpuPercent;
  const upWithUnready = unready > 0 && ratio > 1;
  if (!upWithUnready && missing === 0)
    return isWithinTolerance(ratio) ? size : Math.ceil(ratio * ready.length - 1e-9);
  // Missing pods count as busy on the way down, and as idle, like unready ones, on the way up.
  const busy = Math.max(100, targetCpuPercent);
  const assumed =
    ratio < 1 ? Array<number>(missing).fill(busy) : Array<number>(ratio > 1 ? missing : 0).fill(0);
  const filled = [...ready, ...assumed, ...Array<number>(upWithUnready ? unready : 0).fill(0)];
  const filledRatio = mean(filled) / targetCpuPercent;
  // A guess may stop a change, and must not turn it round.
  if (isWithinTolerance(filledRatio) || (ratio < 1 && filledRatio > 1) || (ratio > 1 && filledRatio < 1))
    return size;
  const desired = Math.ceil(filledRatio * filled.length - 1e-9);
  const turned = (filledRatio < 1 && desired > size) || (filledRatio > 1 && desired < size);
  return turned ? size : desired;
}

function isWithinTolerance(ratio: number): boolean {
  return Math.abs(ratio - 1) <= TOLERANCE;
}
