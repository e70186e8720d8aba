import { idleCpu } from "embedded-aws/support";
import { mean, type Average, type MinuteView } from "./policy";
import { STEP_SECONDS, STEPS_PER_MINUTE } from "./run";

/** What the metric of the simulated world holds beside the work, and when; as the embedded cloud has it. */
export interface MetricConditions {
  /** From a minute's end until its datapoint can be read; CloudWatch's are up to 120 s late. */
  readonly metricDelaySeconds: number;
  /** CPU of an instance while it boots and its user data runs, from `running` on. */
  readonly bootCpu: { readonly seconds: number; readonly percent: number };
  /** Other instances of the same image and type, which report under both as the fleet does. */
  readonly otherInstances: { readonly count: number; readonly cpuPercent: number };
  /** Whether each instance ends its minute at a second of its own, so that the newest minute is incomplete. */
  readonly staggeredMetrics: boolean;
}

/** How far back a policy can look. */
const KEPT_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Of an instance that runs without work, in the middle of what it may show. */
const IDLE_CPU = idleCpu(0.5);

interface Source {
  /** At which step of each minute its own minute ends. */
  readonly offset: number;
  /** The CPU at each step since its own minute began. */
  samples: number[];
}

interface Datapoint {
  readonly availableAt: number;
  readonly time: number;
  /** Undefined of what is not the fleet's. */
  readonly instanceId?: string;
  readonly cpuPercent: number;
}

interface Minute {
  readonly time: number;
  readonly byInstance: Map<string, number>;
  readonly all: number[];
  /** Of all; policies look at an hour of minutes each time, of which one or two have changed. */
  shared: Average;
}

/** An instance at one step, as far as its CPU depends on it. */
export interface Running {
  readonly id: string;
  readonly runningAt: number;
  /** CPU that its work makes; undefined while it is not in service. */
  readonly workPercent: number | undefined;
}

/** CloudWatch's CPU metric in the simulated world: records each step, shows what is available. */
export class CpuMetric {
  readonly #sources = new Map<string, Source>();
  readonly #others: readonly number[];
  #coming: Datapoint[] = [];
  #minutes: Minute[] = [];

  /** @param random in [0, 1), by which sources get their seconds. */
  constructor(
    private readonly conditions: MetricConditions,
    private readonly random: () => number,
  ) {
    this.#others = Array.from({ length: conditions.otherInstances.count }, () => this.#offset());
  }

  /** One step, which begins at `now`, of every instance that runs. */
  record(now: number, running: readonly Running[]): void {
    const { bootCpu, otherInstances } = this.conditions;
    const step = (now / (STEP_SECONDS * 1000)) % STEPS_PER_MINUTE;
    for (const { id, runningAt, workPercent = IDLE_CPU } of running) {
      const source = this.#source(id);
      const boots = now < runningAt + bootCpu.seconds * 1000;
      source.samples.push(boots ? Math.max(bootCpu.percent, workPercent) : workPercent);
    }
    const end = now + STEP_SECONDS * 1000;
    for (const [instanceId, source] of this.#sources) {
      if ((step + 1) % STEPS_PER_MINUTE !== source.offset) continue;
      if (source.samples.length > 0) this.#report(end, mean(source.samples), instanceId);
      // An instance that has ended says its last minute, as far as it ran.
      else this.#sources.delete(instanceId);
      source.samples = [];
    }
    for (const offset of this.#others)
      if ((step + 1) % STEPS_PER_MINUTE === offset) this.#report(end, otherInstances.cpuPercent);
  }

  /** What can be read at `now`, oldest minute first. */
  available(now: number): MinuteView[] {
    const ready = this.#coming.filter(({ availableAt }) => availableAt <= now);
    if (ready.length > 0) this.#coming = this.#coming.filter(({ availableAt }) => availableAt > now);
    const changed = new Set<Minute>();
    for (const { time, instanceId, cpuPercent } of ready) {
      const minute = this.#minute(time);
      minute.all.push(cpuPercent);
      if (instanceId !== undefined) minute.byInstance.set(instanceId, cpuPercent);
      changed.add(minute);
    }
    for (const minute of changed) minute.shared = average(minute.all);
    this.#minutes = this.#minutes.filter(({ time }) => now - time <= KEPT_MS);
    return this.#minutes.map(({ time, byInstance, shared }) => ({ time, byInstance, shared }));
  }

  /** A minute is named after the one that it mostly covers, which is over by then. */
  #report(end: number, cpuPercent: number, instanceId?: string): void {
    this.#coming.push({
      availableAt: end + this.conditions.metricDelaySeconds * 1000,
      time: Math.floor(end / MINUTE_MS) * MINUTE_MS - MINUTE_MS,
      cpuPercent,
      ...(instanceId !== undefined && { instanceId }),
    });
  }

  #minute(time: number): Minute {
    const known = this.#minutes.find((minute) => minute.time === time);
    if (known !== undefined) return known;
    const minute = { time, byInstance: new Map<string, number>(), all: [], shared: average([]) };
    this.#minutes = [...this.#minutes, minute].toSorted((a, b) => a.time - b.time);
    return minute;
  }

  #source(id: string): Source {
    const known = this.#sources.get(id);
    if (known !== undefined) return known;
    const source: Source = { offset: this.#offset(), samples: [] };
    this.#sources.set(id, source);
    return source;
  }

  #offset(): number {
    return this.conditions.staggeredMetrics ? Math.floor(this.random() * STEPS_PER_MINUTE) : 0;
  }
}

function average(values: readonly number[]): Average {
  return { cpuPercent: mean(values), instances: values.length };
}
