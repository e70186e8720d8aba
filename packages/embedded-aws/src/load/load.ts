import type { CloudContext } from "../core/service";
import type { Cancel } from "../core/clock";
import { currentState, type Instance, stateAt } from "../services/ec2/instance";
import { instancesOf, isLive } from "../services/ec2/instances";
import { cpuUnderLoad, idleCpu } from "./cpu";
import { Meter } from "./meter";
import { type Dimension, groupDimension, instanceDimension, reportCpu, sharedDimensions } from "./reportCpu";

export interface LoadOptions {
  /** The instances that share the work: those that carry all of these tags. */
  readonly fleetTags: Readonly<Record<string, string>>;
  /** The work at a time (epoch milliseconds), in instances' worth; default none. */
  readonly demand?: (at: number) => number;
  /** From running to in service, the application's own start; default 60 s. */
  readonly bootstrapMs?: number;
  /** From the end of a period until its datapoint can be read; default 60 s. CloudWatch may take 120 s. */
  readonly delayMs?: number;
}

export interface Load {
  /** The work from now on, in instances' worth, until said otherwise. */
  setDemand(demand: number): void;
  /** The work just now, in instances' worth. */
  demand(): number;
  /** The ids of the fleet's instances that are pending or running just now. */
  live(): readonly string[];
  /** How many instances share it just now. */
  inService(): number;
  /** CPU that the work makes on each instance in service just now, in percent. */
  cpu(): number;
  close(): void;
}

const MINUTE_MS = 60_000;
/** Periods of EC2's metrics: EC2 user guide, "Manage detailed monitoring". */
const DETAILED_MS = MINUTE_MS;
const BASIC_MS = 5 * MINUTE_MS;
/** How often demand and fleet are looked at within a period. */
const SAMPLE_MS = 5_000;

/** Puts work on a fleet of the embedded cloud, and reports the CPU that EC2 would report for its instances. */
export function createLoad(context: CloudContext, options: LoadOptions): Load {
  const { clock, random, conditions } = context;
  const whims = context.chance("staggeredMetrics");
  const { fleetTags, bootstrapMs = 60_000, delayMs = 60_000 } = options;
  /** By which each other instance of the account gets its second. */
  const othersChances: number[] = [];
  const othersOffsets = () => {
    const { otherInstances, staggeredMetrics } = conditions;
    while (othersChances.length < otherInstances.count) othersChances.push(whims.next());
    return othersChances
      .slice(0, otherInstances.count)
      .map((chance) => (staggeredMetrics ? Math.floor(chance * MINUTE_MS) : 0));
  };
  othersOffsets();
  let changes: { readonly at: number; readonly demand: number }[] = [];

  const demandAt = (at: number) =>
    changes.findLast((change) => change.at <= at)?.demand ?? options.demand?.(at) ?? 0;
  const fleet = () =>
    instancesOf(context)
      .all()
      .filter((instance) =>
        Object.entries(fleetTags).every(([key, value]) => instance.tags.get(key) === value),
      );
  const isInService = (instance: Instance, at: number) =>
    stateAt(instance, at) === "running" && stateAt(instance, at - bootstrapMs) === "running";
  const cpuAt = (instances: readonly Instance[], at: number, idle: number) =>
    cpuUnderLoad(demandAt(at), instances.filter((instance) => isInService(instance, at)).length, idle);
  const meters = new WeakMap<Instance, Meter>();
  const meterOf = (instance: Instance) => {
    let meter = meters.get(instance);
    if (meter === undefined) meters.set(instance, (meter = new Meter(instance, conditions, whims.next())));
    return meter;
  };

  /** The instance's mean CPU over a period; undefined when it did not run in it. */
  const meanCpu = (instance: Instance, start: number, end: number) => {
    const idle = idleCpu(random.next());
    const instances = fleet();
    const meter = meterOf(instance);
    const samples: number[] = [];
    for (let at = start; at < end; at += SAMPLE_MS) {
      if (stateAt(instance, at) !== "running") continue;
      const work = isInService(instance, at) ? cpuAt(instances, at, idle) : idle;
      samples.push(meter.sample(at, work, SAMPLE_MS));
    }
    return samples.length === 0 ? undefined : samples.reduce((sum, value) => sum + value, 0) / samples.length;
  };

  const pending = new Set<Cancel>();
  const later = (ms: number, work: () => void) => {
    const cancel = clock.after(ms, () => {
      pending.delete(cancel);
      work();
    });
    pending.add(cancel);
  };
  const report = (
    source: Pick<Instance, "arn" | "imageId" | "instanceType">,
    dimensions: readonly Dimension[],
    at: number,
    cpu: number,
  ) =>
    clock.after(delayMs, () => {
      void clock.busy(reportCpu(context, source, dimensions, at, cpu));
    });

  /** Each instance ends its period at a second of its own, and names it after the minutes that it mostly covers. */
  const measure = (end: number) => {
    for (const instance of fleet()) {
      const detailed = instance.specification.Monitoring?.Enabled === true;
      const period = detailed ? DETAILED_MS : BASIC_MS;
      if (end % period !== 0) continue;
      const { offsetMs } = meterOf(instance);
      later(offsetMs, () => {
        const cpu = meanCpu(instance, end + offsetMs - period, end + offsetMs);
        // Aggregates over instances are there with detailed monitoring only.
        const dimensions = [
          instanceDimension(instance),
          ...groupDimension(instance),
          ...(detailed ? sharedDimensions(instance) : []),
        ];
        if (cpu !== undefined) report(instance, dimensions, end - period, cpu);
      });
    }
    const [example] = fleet();
    if (example !== undefined) {
      for (const offsetMs of othersOffsets())
        later(offsetMs, () =>
          report(example, sharedDimensions(example), end - DETAILED_MS, conditions.otherInstances.cpuPercent),
        );
    }
    // No sample reaches further back than the longest period.
    changes = changes.filter((change, index) => (changes[index + 1]?.at ?? Infinity) > end - BASIC_MS);
  };

  const nextMinute = () => (Math.floor(clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
  const arm = (end: number) =>
    clock.after(end - clock.now(), () => {
      cancel = arm(end + MINUTE_MS);
      measure(end);
    });
  let cancel = arm(nextMinute());

  const inService = () => fleet().filter((instance) => isInService(instance, clock.now())).length;
  return {
    setDemand: (demand) => void changes.push({ at: clock.now(), demand }),
    demand: () => demandAt(clock.now()),
    live: () =>
      fleet()
        .filter((instance) => isLive(currentState(instance)))
        .map(({ id }) => id),
    inService,
    cpu: () => cpuUnderLoad(demandAt(clock.now()), inService(), idleCpu(0)),
    close: () => {
      cancel();
      for (const drop of pending) drop();
    },
  };
}
