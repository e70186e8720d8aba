import type { Instance } from "../services/ec2/instance";
import { instanceTypeOf } from "../services/ec2/instanceTypes";

/** Credits that a size earns in an hour: EC2 user guide, "CPU credits and baseline utilization". */
const T2: Readonly<Record<string, number>> = {
  nano: 3,
  micro: 6,
  small: 12,
  medium: 24,
  large: 36,
  xlarge: 54,
  "2xlarge": 81.6,
};
const T3: Readonly<Record<string, number>> = {
  nano: 6,
  micro: 12,
  small: 24,
  medium: 24,
  large: 36,
  xlarge: 96,
  "2xlarge": 192,
};
const EARNED = new Map<string, Readonly<Record<string, number>>>([
  ["t2", T2],
  ["t3", T3],
  ["t3a", T3],
  ["t4g", T3],
]);

/** What T2 instances start with, for each vCPU; the others start with nothing. */
const LAUNCH_CREDITS = 30;
/** What is earned is kept for a day, beside the launch credits. */
const KEPT_HOURS = 24;
/** A credit is one vCPU at full load for a minute. */
const MINUTE_MS = 60_000;

/** The CPU credits of one burstable instance, by which it runs above its baseline while there are any. */
export class CpuCredits {
  readonly #vcpus: number;
  readonly #perHour: number;
  #launch: number;
  #earned = 0;

  private constructor(family: string, instanceType: string, perHour: number) {
    this.#vcpus = instanceTypeOf(instanceType).vCpus;
    this.#perHour = perHour;
    this.#launch = family === "t2" ? LAUNCH_CREDITS * this.#vcpus : 0;
  }

  /** Undefined for an instance that needs none: of a fixed performance, or unlimited. */
  static of({ instanceType, specification }: Pick<Instance, "instanceType" | "specification">) {
    const [family = "", size = ""] = instanceType.split(".");
    const perHour = EARNED.get(family)?.[size];
    const unlimited =
      specification.CreditSpecification?.CpuCredits ?? (family === "t2" ? "standard" : "unlimited");
    return perHour === undefined || unlimited === "unlimited"
      ? undefined
      : new CpuCredits(family, instanceType, perHour);
  }

  get balance(): number {
    return this.#launch + this.#earned;
  }

  /** In percent of the whole instance. */
  get baseline(): number {
    return (100 * this.#perHour) / 60 / this.#vcpus;
  }

  /** Runs for `ms` at `percent`, or at the baseline when there are no credits for more; returns what it was. */
  run(percent: number, ms: number): number {
    const earned = (this.#perHour * ms) / (60 * MINUTE_MS);
    const credits = (cpu: number) => ((cpu / 100) * this.#vcpus * ms) / MINUTE_MS;
    const cpu = credits(percent) <= this.balance + earned ? percent : Math.min(percent, this.baseline);
    // Launch credits are spent first.
    const spent = credits(cpu);
    const ofLaunch = Math.min(this.#launch, spent);
    this.#launch -= ofLaunch;
    const most = KEPT_HOURS * this.#perHour;
    this.#earned = Math.min(most, Math.max(0, this.#earned + earned - (spent - ofLaunch)));
    return cpu;
  }
}
