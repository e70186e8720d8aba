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

const WARMUP_SECONDS = 300;
const HIGH_DATAPOINTS = 3;
const LOW_DATAPOINTS = 15;
/** Not documented; the ratio of the thresholds of the alarms that the service creates. */
const LOW_RATIO = 0.7;

/**
 * EC2 Auto Scaling's target tracking in its classic form. Its two alarms repeat their action each minute while
 * they last. An instance counts as capacity from its launch, and in the group's metric once its warm-up is over; the
 * wanted size is reckoned from the instances that the datapoint is of, so that late data do it no harm here.
 */
export function targetTracking(settings: CommonSettings): Policy {
  const { targetCpuPercent } = settings;
  return {
    name: "EC2 target tracking, classic",
    parameters: {
      targetCpuPercent,
      outAfter: `${HIGH_DATAPOINTS} of ${HIGH_DATAPOINTS} minutes above ${targetCpuPercent} %`,
      inAfter: `${LOW_DATAPOINTS} of ${LOW_DATAPOINTS} minutes below ${(LOW_RATIO * targetCpuPercent).toFixed(0)} %`,
      warmupSeconds: WARMUP_SECONDS,
    },
    everySeconds: 60,
    reconcile(view) {
      const { now, instances } = view;
      const back = backWithin(view, settings);
      if (back !== undefined) return back;
      const datapoints = groupMetric(view);
      const latest = datapoints.at(-1);
      if (latest === undefined) return HOLD;
      const warming = instances.some(({ launchTime }) => now - launchTime < WARMUP_SECONDS * 1000);
      const warmedUpThen = instances.filter(
        ({ launchTime }) => launchTime + WARMUP_SECONDS * 1000 <= latest.time,
      ).length;
      const wanted = clamp(
        Math.ceil((warmedUpThen * latest.cpuPercent) / targetCpuPercent - 1e-9),
        limitsAt(now, settings),
      );
      const all = (count: number, holds: (cpuPercent: number) => boolean) => {
        const last = datapoints.slice(-count);
        return last.length === count && last.every(({ cpuPercent }) => holds(cpuPercent));
      };
      if (all(HIGH_DATAPOINTS, (cpuPercent) => cpuPercent > targetCpuPercent))
        return wanted > instances.length ? towards(wanted, instances) : HOLD;
      if (!warming && all(LOW_DATAPOINTS, (cpuPercent) => cpuPercent < LOW_RATIO * targetCpuPercent))
        return wanted < instances.length ? towards(wanted, instances) : HOLD;
      return HOLD;
    },
  };
}

/**
 * The group's metric: of each minute, the average over those of the group past their warm-up that have reported. As many
 * of the newest as the alarms look at.
 */
function groupMetric({ instances, ended, minutes }: PolicyView) {
  const launchTimes = new Map([...instances, ...ended].map(({ id, launchTime }) => [id, launchTime]));
  const datapoints: { readonly time: number; readonly cpuPercent: number }[] = [];
  for (const { time, byInstance } of minutes.toReversed()) {
    const values: number[] = [];
    for (const [id, cpuPercent] of byInstance)
      if ((launchTimes.get(id) ?? Infinity) + WARMUP_SECONDS * 1000 <= time) values.push(cpuPercent);
    if (values.length > 0) datapoints.push({ time, cpuPercent: mean(values) });
    if (datapoints.length === LOW_DATAPOINTS) break;
  }
  return datapoints.reverse();
}
