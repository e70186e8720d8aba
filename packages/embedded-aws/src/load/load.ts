import type { CloudContext } from "../core/service";
import { currentState, type Instance, stateAt } from "../services/ec2/instance";
import { instancesOf, isLive } from "../services/ec2/instances";
import { cpuUnderLoad, idleCpu } from "./cpu";

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
  /** CPU of each instance in service just now, in percent. */
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
  const { clock, random } = context;
  const { fleetTags, bootstrapMs = 60_000, delayMs = 60_000 } = options;
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

  /** The instance's mean CPU over a period; undefined when it did not run in it. */
  const meanCpu = (instance: Instance, instances: readonly Instance[], start: number, end: number) => {
    const idle = idleCpu(random.next());
    const samples: number[] = [];
    for (let at = start; at < end; at += SAMPLE_MS) {
      if (stateAt(instance, at) !== "running") continue;
      samples.push(isInService(instance, at) ? cpuAt(instances, at, idle) : idle);
    }
    return samples.length === 0 ? undefined : samples.reduce((sum, value) => sum + value, 0) / samples.length;
  };

  const report = async (instance: Instance, start: number, value: number) => {
    const detailed = instance.specification.Monitoring?.Enabled === true;
    const identities = [
      { Name: "InstanceId", Value: instance.id },
      // Aggregates over instances are there with detailed monitoring only.
      ...(detailed
        ? [
            { Name: "ImageId", Value: instance.imageId },
            { Name: "InstanceType", Value: instance.instanceType },
          ]
        : []),
    ];
    const datum = {
      MetricName: "CPUUtilization",
      Timestamp: new Date(start),
      Value: value,
      Unit: "Percent" as const,
    };
    await context.call(
      "monitoring",
      "PutMetricData",
      {
        Namespace: "AWS/EC2",
        MetricData: identities.map((dimension) => ({ ...datum, Dimensions: [dimension] })),
      },
      { kind: "service", service: "ec2.amazonaws.com", sourceArn: instance.arn },
    );
  };

  const measure = (end: number) => {
    const instances = fleet();
    const points = instances.flatMap((instance) => {
      const period = instance.specification.Monitoring?.Enabled === true ? DETAILED_MS : BASIC_MS;
      if (end % period !== 0) return [];
      const value = meanCpu(instance, instances, end - period, end);
      return value === undefined ? [] : [{ instance, start: end - period, value }];
    });
    if (points.length > 0)
      clock.after(delayMs, () => {
        void clock.busy(
          Promise.all(points.map(({ instance, start, value }) => report(instance, start, value))),
        );
      });
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
    close: () => cancel(),
  };
}
