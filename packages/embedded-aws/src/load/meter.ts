import type { Conditions } from "../core/conditions/conditions";
import type { Instance } from "../services/ec2/instance";
import { CpuCredits } from "./cpuCredits";

const MINUTE_MS = 60_000;

/** One instance's CPU as EC2 measures it: what booting adds, what a lack of credits takes, and when in the minute. */
export class Meter {
  readonly #credits: CpuCredits | undefined;

  /** @param chance from 0 to 1, by which the instance gets its second. */
  constructor(
    private readonly instance: Instance,
    private readonly conditions: Pick<Conditions, "bootCpu" | "cpuCredits" | "staggeredMetrics">,
    private readonly chance: number,
  ) {
    this.#credits = CpuCredits.of(instance);
  }

  /** After the full minute at which the instance's own minute ends; milliseconds. */
  get offsetMs(): number {
    return this.conditions.staggeredMetrics ? Math.floor(this.chance * MINUTE_MS) : 0;
  }

  /** CPU in the `ms` from `at` on, in percent, of an instance that would need `work` percent for its work. */
  sample(at: number, work: number, ms: number): number {
    const { seconds, percent } = this.conditions.bootCpu;
    const runningSince = this.instance.states.find(({ state }) => state === "running")?.at ?? at;
    const wanted = at < runningSince + seconds * 1000 ? Math.max(percent, work) : work;
    return this.conditions.cpuCredits ? (this.#credits?.run(wanted, ms) ?? wanted) : wanted;
  }
}
