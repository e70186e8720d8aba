import type { Cancel } from "../../core/clock";
import type { CloudContext } from "../../core/service";
import type { Rule } from "./rules";
import { nextRun } from "./schedule";

/** One timer for each enabled rule with a schedule. */
export class Schedules {
  readonly #timers = new Map<string, Cancel>();

  /** `run` is called at each of a rule's times, with the name of the rule. */
  constructor(
    private readonly context: Pick<CloudContext, "clock">,
    private readonly run: (ruleName: string) => void,
  ) {}

  /** Sets the timer of a rule that was made or changed. */
  update(rule: Rule): void {
    this.remove(rule.name);
    if (rule.enabled && rule.schedule !== undefined) this.#arm(rule, this.context.clock.now());
  }

  remove(ruleName: string): void {
    this.#timers.get(ruleName)?.();
    this.#timers.delete(ruleName);
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #arm(rule: Rule, after: number): void {
    const { clock } = this.context;
    const at = rule.schedule === undefined ? undefined : nextRun(rule.schedule, rule.enabledSince, after);
    if (at === undefined) {
      this.#timers.delete(rule.name);
      return;
    }
    const cancel = clock.after(at - clock.now(), () => {
      this.#arm(rule, at);
      this.run(rule.name);
    });
    this.#timers.set(rule.name, cancel);
  }
}
