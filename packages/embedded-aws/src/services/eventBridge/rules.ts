import { type EventPattern, EventPatternError, parseEventPattern } from "../../core/eventPattern";
import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { parseSchedule, type Schedule } from "./schedule";
import type { Target } from "./target";
import { messageOf } from "../../core/messageOf";

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly patternText?: string;
  readonly pattern?: EventPattern;
  readonly scheduleText?: string;
  readonly schedule?: Schedule;
  readonly enabled: boolean;
  /** Epoch milliseconds from which a rate counts. */
  readonly enabledSince: number;
  readonly targets: ReadonlyMap<string, Target>;
}

export interface RuleInput {
  readonly Name: string;
  readonly Description?: string | undefined;
  readonly EventPattern?: string | undefined;
  readonly ScheduleExpression?: string | undefined;
  /** "DISABLED"; any other is enabled. */
  readonly State?: string | undefined;
}

/** Quotas of one event bus and one rule; EventBridge user guide, "Amazon EventBridge quotas". */
const MOST_RULES = 300;
const MOST_TARGETS = 5;

export const DEFAULT_BUS = "default";

/** Rules of other buses than the default one carry its name. */
export function ruleArn(
  { region, accountId }: Pick<CloudContext, "region" | "accountId">,
  busName: string,
  name: string,
): string {
  return `arn:aws:events:${region}:${accountId}:rule/${busName === DEFAULT_BUS ? "" : `${busName}/`}${name}`;
}

/** The rules of one event bus. */
export class Rules {
  readonly #rules = new Map<string, Rule>();

  constructor(
    private readonly context: CloudContext,
    private readonly busName: string,
  ) {}

  arnOf(name: string): string {
    return ruleArn(this.context, this.busName, name);
  }

  list(): readonly Rule[] {
    return [...this.#rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#rules.has(name);
  }

  get(name: string): Rule {
    const rule = this.#rules.get(name);
    if (rule === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `Rule ${name} does not exist on EventBus ${this.busName}.`,
      );
    }
    return rule;
  }

  /** Creates a rule, or replaces one that keeps its targets. */
  put(input: RuleInput): Rule {
    const { Name: name, EventPattern: patternText, ScheduleExpression: scheduleText } = input;
    if (patternText === undefined && scheduleText === undefined) {
      throw new AwsError(
        "ValidationException",
        `Rule ${name}: expected EventPattern, ScheduleExpression or both; got neither`,
      );
    }
    if (scheduleText !== undefined && this.busName !== DEFAULT_BUS) {
      throw new AwsError(
        "ValidationException",
        "ScheduleExpression is supported only on the default event bus.",
      );
    }
    const existing = this.#rules.get(name);
    if (existing === undefined && this.#rules.size >= MOST_RULES) {
      throw new AwsError("LimitExceededException", `An event bus has at most ${MOST_RULES} rules`);
    }
    const enabled = input.State !== "DISABLED";
    const rule: Rule = {
      name,
      arn: this.arnOf(name),
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(patternText === undefined ? {} : { patternText, pattern: readPattern(patternText) }),
      ...(scheduleText === undefined ? {} : { scheduleText, schedule: readSchedule(scheduleText) }),
      enabled,
      enabledSince: this.context.clock.now(),
      targets: existing?.targets ?? new Map<string, Target>(),
    };
    this.#rules.set(name, rule);
    return rule;
  }

  enable(name: string, enabled: boolean): Rule {
    const rule = { ...this.get(name), enabled, enabledSince: this.context.clock.now() };
    this.#rules.set(name, rule);
    return rule;
  }

  delete(name: string): void {
    const rule = this.#rules.get(name);
    if (rule !== undefined && rule.targets.size > 0) {
      throw new AwsError(
        "ValidationException",
        `Rule can't be deleted since it has targets: ${[...rule.targets.keys()].join(", ")}`,
      );
    }
    this.#rules.delete(name);
  }

  putTargets(name: string, targets: readonly Target[]): void {
    const rule = this.get(name);
    const all = new Map([...rule.targets, ...targets.map((target) => [target.Id, target] as const)]);
    if (all.size > MOST_TARGETS) {
      throw new AwsError(
        "LimitExceededException",
        `Rule ${name} would have ${all.size} targets; at most ${MOST_TARGETS}`,
      );
    }
    this.#rules.set(name, { ...rule, targets: all });
  }

  removeTargets(name: string, ids: readonly string[]): void {
    const rule = this.get(name);
    this.#rules.set(name, {
      ...rule,
      targets: new Map([...rule.targets].filter(([id]) => !ids.includes(id))),
    });
  }
}

function readPattern(text: string): EventPattern {
  try {
    return parseEventPattern(text);
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw new AwsError(
      "InvalidEventPatternException",
      `Event pattern is not valid. Reason: ${error.message}`,
    );
  }
}

function readSchedule(text: string): Schedule {
  try {
    return parseSchedule(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new AwsError("ValidationException", `ScheduleExpression is not valid: ${reason}`);
  }
}
