import type { Cancel } from "../../core/clock";
import { asAwsError } from "../../core/dispatch";
import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { Random } from "../../core/random";
import type { CloudContext } from "../../core/service";
import {
  type Alarm,
  type AlarmState,
  type MetricAlarm,
  type PutCompositeAlarmInput,
  type PutMetricAlarmInput,
  readAlarmInput,
} from "./alarm";
import { actionsFor, runAction } from "./alarmActions";
import { publishStateChange } from "./alarmEvent";
import { childrenOf, parseCompositeRule } from "./compositeRule";
import { compositeState, dependentsOf, isInCircle } from "./compositeState";
import { looseDelays } from "./looseDelays";
import { isHighResolution, SHORT_INTERVAL_MS } from "./metricAlarmState";

export interface HistoryItem {
  readonly alarmName: string;
  readonly alarmType: "MetricAlarm" | "CompositeAlarm";
  readonly at: number;
  readonly type: "ConfigurationUpdate" | "StateUpdate" | "Action";
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}

/** History items kept, over all alarms; the oldest go first. */
const HISTORY_LIMIT = 10_000;

/** The account's alarms and their states: composite alarms follow the alarms that their rules name. */
export class Alarms {
  readonly #alarms = new Map<string, Alarm>();
  readonly #history: HistoryItem[] = [];
  #cancelShort: Cancel | undefined;

  readonly #chance: Random;

  /** @param evaluate tells the state that a metric alarm takes now, or that it stays. */
  constructor(
    private readonly context: CloudContext,
    private readonly evaluate: (alarm: MetricAlarm) => Promise<AlarmState | undefined>,
  ) {
    this.#chance = context.chance("looseAlarmEvents");
  }

  arnOf(alarmName: string): string {
    return `arn:aws:cloudwatch:${this.context.region}:${this.context.accountId}:alarm:${alarmName}`;
  }

  has(arn: string): boolean {
    return this.list().some((alarm) => alarm.arn === arn);
  }

  list(): readonly Alarm[] {
    return [...this.#alarms.values()].sort((a, b) => (a.input.AlarmName < b.input.AlarmName ? -1 : 1));
  }

  history(): readonly HistoryItem[] {
    return this.#history;
  }

  /** Creates an alarm, in INSUFFICIENT_DATA, or changes one, which keeps its state. */
  put(input: PutMetricAlarmInput): void {
    const existing = this.#existing(input.AlarmName, "metric");
    const read = readAlarmInput(input);
    const metricId = existing?.kind === "metric" ? existing.metricId : this.context.random.uuid();
    this.#keep({ kind: "metric", input, ...read, ...this.#kept(input, existing), metricId }, existing);
    this.#armShort();
  }

  /** As `put`, and evaluates it at once. */
  async putComposite(input: PutCompositeAlarmInput): Promise<void> {
    const existing = this.#existing(input.AlarmName, "composite");
    const rule = parseCompositeRule(input.AlarmRule, this.arnOf(""));
    const missing = [...childrenOf(rule)].filter(
      (name) => name !== input.AlarmName && !this.#alarms.has(name),
    );
    if (missing.length > 0) {
      throw invalid(
        `Could not save the composite alarm as alarms [${missing.join(", ")}] in the alarm rule do not exist`,
      );
    }
    const alarm = { kind: "composite", input, rule, ...this.#kept(input, existing) } as const;
    this.#keep(alarm, existing);
    if (isInCircle(alarm, this.list())) return;
    const state = compositeState(
      alarm,
      undefined,
      (name) => this.#alarms.get(name),
      this.context.clock.now(),
    );
    if (state !== undefined) await this.#transition(alarm, state);
  }

  #existing(alarmName: string, kind: Alarm["kind"]): Alarm | undefined {
    const existing = this.#alarms.get(alarmName);
    if (existing !== undefined && existing.kind !== kind)
      throw invalid(
        `AlarmName: "${alarmName}" is the name of a ${existing.kind} alarm; expected another name`,
      );
    return existing;
  }

  #kept(
    input: { readonly AlarmName: string; readonly ActionsEnabled?: boolean },
    existing: Alarm | undefined,
  ) {
    const now = this.context.clock.now();
    return {
      arn: this.arnOf(input.AlarmName),
      state: existing?.state ?? {
        value: "INSUFFICIENT_DATA" as const,
        reason: "Unchecked: Initial alarm creation",
        since: now,
      },
      actionsEnabled: input.ActionsEnabled ?? true,
      configuredAt: now,
    };
  }

  #keep(alarm: Alarm, existing: Alarm | undefined): void {
    this.#alarms.set(alarm.input.AlarmName, alarm);
    const verb = existing === undefined ? "created" : "updated";
    this.#record(alarm, "ConfigurationUpdate", `Alarm "${alarm.input.AlarmName}" ${verb}`, {
      ...alarm.input,
    });
  }

  /**
   * Deletes all of them or, where one is unknown or still needed, none ("DeleteAlarms": "if you specify an incorrect
   * alarm name or make any other error in the DeleteAlarms operation, no alarms are deleted").
   */
  delete(alarmNames: readonly string[]): void {
    const going = alarmNames.map((name) => this.#get(name));
    if (going.filter(({ kind }) => kind === "composite").length > 1)
      throw invalid("AlarmNames: got several composite alarms; expected at most one");
    const needed = alarmNames.filter((name) =>
      this.list().some(
        (alarm) =>
          alarm.kind === "composite" &&
          childrenOf(alarm.rule).has(name) &&
          !alarmNames.includes(alarm.input.AlarmName),
      ),
    );
    if (needed.length > 0) {
      throw invalid(
        `Cannot delete ${needed.join(",")} as there are composite alarm(s) depending on ${needed.length === 1 ? "it" : "them"}.`,
      );
    }
    for (const alarm of going) {
      this.#alarms.delete(alarm.input.AlarmName);
      this.#record(alarm, "ConfigurationUpdate", `Alarm "${alarm.input.AlarmName}" deleted`, {});
    }
  }

  enableActions(alarmName: string, enabled: boolean): void {
    this.#alarms.set(alarmName, { ...this.#get(alarmName), actionsEnabled: enabled });
  }

  /** Sets a state by hand; the next evaluation sets it right again. */
  async setState(alarmName: string, state: Omit<AlarmState, "since">): Promise<void> {
    await this.#transition(this.#get(alarmName), { ...state, since: this.context.clock.now() });
  }

  /** Evaluates the metric alarms that are `due` at this moment; resolves once what followed has been handed on. */
  async evaluateAll(due: (alarm: MetricAlarm) => boolean): Promise<void> {
    const alarms = this.list().flatMap((alarm) => (alarm.kind === "metric" && due(alarm) ? [alarm] : []));
    await Promise.all(
      // EC2 may be asked for tags, and may fail.
      alarms.map((alarm) =>
        this.#try(alarm, "Failed to evaluate the alarm", async () => {
          const state = await this.evaluate(alarm);
          // Another alarm's action may have changed this one meanwhile.
          if (state !== undefined && this.#alarms.get(alarm.input.AlarmName) === alarm)
            await this.#transition(alarm, state);
        }),
      ),
    );
  }

  /** Alarms with periods below a minute are looked at more often, while there are any. */
  #armShort(): void {
    const { clock } = this.context;
    if (this.#cancelShort !== undefined) return;
    if (!this.list().some((alarm) => alarm.kind === "metric" && isHighResolution(alarm))) return;
    this.#cancelShort = clock.after(SHORT_INTERVAL_MS - (clock.now() % SHORT_INTERVAL_MS), () => {
      this.#cancelShort = undefined;
      this.#armShort();
      void clock.busy(this.evaluateAll(isHighResolution));
    });
  }

  close(): void {
    this.#cancelShort?.();
  }

  /** Only a change of the state's value is an event and runs actions. */
  async #transition(before: Alarm, state: AlarmState): Promise<void> {
    const previous = before.state;
    const alarm = { ...before, state };
    const alarmName = alarm.input.AlarmName;
    this.#alarms.set(alarmName, alarm);
    if (previous.value === state.value) return;
    this.#record(alarm, "StateUpdate", `Alarm updated from ${previous.value} to ${state.value}`, {
      version: "1.0",
      oldState: historyState(previous),
      newState: historyState(state),
    });
    this.context.events.publish({
      type: "alarm-state-changed",
      alarmName,
      state: state.value,
      previousState: previous.value,
      reason: state.reason,
    });
    await this.#announce(alarm, previous);
    for (const arn of actionsFor(alarm, state.value)) {
      const done = await this.#try(alarm, `Failed to execute action ${arn}`, () =>
        runAction(this.context, alarm, previous, arn),
      );
      if (done)
        this.#record(alarm, "Action", `Successfully executed action ${arn}`, { actionState: "Succeeded" });
    }
    for (const dependent of dependentsOf(alarmName, this.list())) {
      const next = compositeState(
        dependent,
        alarm,
        (name) => this.#alarms.get(name),
        this.context.clock.now(),
      );
      if (next !== undefined) await this.#transition(dependent, next);
    }
  }

  /** Tells EventBridge, as late and as often as the conditions have it. */
  async #announce(alarm: Alarm, previous: AlarmState): Promise<void> {
    const send = async () => {
      await this.#try(alarm, "Failed to send the state change to EventBridge", () =>
        publishStateChange(this.context, alarm, previous),
      );
    };
    const { clock, conditions } = this.context;
    if (!conditions.looseAlarmEvents) {
      await send();
      return;
    }
    for (const delayMs of looseDelays(this.#chance)) clock.after(delayMs, () => void clock.busy(send()));
  }

  /** What fails leaves its reason in the history, and hinders neither the alarm nor what comes after. */
  async #try(alarm: Alarm, failure: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (cause) {
      const error = asAwsError(cause);
      this.#record(alarm, "Action", `${failure}: ${error.message}`, {
        actionState: "Failed",
        error: error.code,
      });
      return false;
    }
  }

  #get(alarmName: string): Alarm {
    const alarm = this.#alarms.get(alarmName);
    if (alarm === undefined) throw new AwsError("ResourceNotFound", `There is no alarm "${alarmName}"`, 404);
    return alarm;
  }

  #record(alarm: Alarm, type: HistoryItem["type"], summary: string, data: object): void {
    this.#history.push({
      alarmName: alarm.input.AlarmName,
      alarmType: alarm.kind === "metric" ? "MetricAlarm" : "CompositeAlarm",
      at: this.context.clock.now(),
      type,
      summary,
      data: JSON.stringify(data),
    });
    if (this.#history.length > HISTORY_LIMIT) this.#history.shift();
  }
}

function historyState(state: AlarmState): object {
  return {
    stateValue: state.value,
    stateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { stateReasonData: parseJson(state.reasonData) }),
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
