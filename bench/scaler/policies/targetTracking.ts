import { clamp, HOLD, towards, type CommonSettings, type MinuteView, type Policy } from "../policy";

const WARMUP_SECONDS = 300;
const HIGH_DATAPOINTS = 3;
const LOW_DATAPOINTS = 15;
/** Not documented; the ratio of the thresholds of the alarms that the service creates. */
const LOW_RATIO = 0.7;

/**
 * EC2 Auto Scaling's target tracking in its classic form. Its two alarms repeat their action each minute while
 * they last. An instance counts as capacity from its launch, and in the metric once its warm-up is over; the
 * wanted size is reckoned from the instances that the datapoint is of, so that late data do it no harm here.
 */
export function targetTracking(settings: CommonSettings): Policy {
  const { targetCpuPercent } = settings;
  const last = (minutes: readonly MinuteView[], count: number) => minutes.slice(-count);
  return {
    name: "EC2 target tracking, classic",
    parameters: {
      targetCpuPercent,
      outAfter: `${HIGH_DATAPOINTS} of ${HIGH_DATAPOINTS} minutes above ${targetCpuPercent} %`,
      inAfter: `${LOW_DATAPOINTS} of ${LOW_DATAPOINTS} minutes below ${LOW_RATIO * targetCpuPercent} %`,
      warmupSeconds: WARMUP_SECONDS,
    },
    everySeconds: 60,
    reconcile({ now, instances, minutes }) {
      const latest = minutes.at(-1);
      if (latest === undefined) return HOLD;
      const { cpuPercent } = latest.inService;
      const warmedUpThen = instances.filter(
        ({ launchTime }) => launchTime + WARMUP_SECONDS * 1000 <= latest.time,
      ).length;
      const warming = instances.some(({ launchTime }) => now - launchTime < WARMUP_SECONDS * 1000);
      const high = last(minutes, HIGH_DATAPOINTS);
      const low = last(minutes, LOW_DATAPOINTS);
      if (high.length === HIGH_DATAPOINTS && high.every((m) => m.inService.cpuPercent > targetCpuPercent)) {
        const wanted = clamp(Math.ceil((warmedUpThen * cpuPercent) / targetCpuPercent - 1e-9), settings);
        return wanted > instances.length ? towards(wanted, instances) : HOLD;
      }
      if (
        !warming &&
        low.length === LOW_DATAPOINTS &&
        low.every((m) => m.inService.cpuPercent < LOW_RATIO * targetCpuPercent)
      ) {
        const wanted = clamp(
          Math.ceil((latest.inService.instances * cpuPercent) / targetCpuPercent - 1e-9),
          settings,
        );
        return wanted < instances.length ? towards(wanted, instances) : HOLD;
      }
      return HOLD;
    },
  };
}
