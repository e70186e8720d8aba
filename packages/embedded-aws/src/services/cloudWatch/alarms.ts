import { asAwsError } from "../../core/dispatch";
import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { Random } from "../../core/random";
import type { CloudContext } from "../../core/service";
import { type Alarm, type AlarmState, type PutMetricAlarmInput, readAlarmInput } from "./alarm";
import { actionsFor, runAction } from "./alarmActions";
import { publishStateChange } from "./alarmEvent";
import { looseDelays } from "./looseDelays";
import { evaluateAlarm, evaluationRange } from "./evaluateAlarm";
import { MINUTE_MS, type MetricStore } from "./metricStore";
import { type InstancesWithTag, readPoint, selectMetrics, type SeriesPoint } from "./series";
import { stateReason, stateReasonData } from "./stateReason";

export interface HistoryItem {
  readonly alarmName: string;
  readonly at: number;
  readonly type: "ConfigurationUpdate" | "StateUpdate" | "Action";
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}

/** History items kept, over all alarms; the oldest go first. */
const HISTORY_LIMIT = 10_000;

/** The account's metric alarms, their evaluation each minute, and what follows from it. */
export class Alarms {
  readonly #alarms = new Map<string, Alarm>();
  readonly #history: HistoryItem[] = [];

  readonly #chance: Random;

  constructor(
    private readonly context: CloudContext,
    private readonly store: MetricStore,
    private readonly instancesWithTag: InstancesWithTag,
  ) {
    this.#chance = context.chance("looseAlarmEvents");
  }

  arnOf(alarmName: string): string {
    return `arn:aws:cloudwatch:${this.context.region}:${this.context.accountId}:alarm:${alarmName}`;
  }

  list(): readonly Alarm[] {
    return [...this.#alarms.values()].sort((a, b) => (a.input.AlarmName < b.input.AlarmName ? -1 : 1));
  }

  history(): readonly HistoryItem[] {
    return this.#history;
  }

  /** Creates an alarm, in INSUFFICIENT_DATA, or changes one, which keeps its state. */
  put(input: PutMetricAlarmInput): void {
    const existing = this.#alarms.get(input.AlarmName);
    const now = this.context.clock.now();
    this.#alarms.set(input.AlarmName, {
      arn: this.arnOf(input.AlarmName),
      input,
      ...readAlarmInput(input),
      state: existing?.state ?? {
        value: "INSUFFICIENT_DATA",
        reason: "Unchecked: Initial alarm creation",
        since: now,
      },
      actionsEnabled: input.ActionsEnabled ?? true,
      configuredAt: now,
      metricId: existing?.metricId ?? this.context.random.uuid(),
    });
    const verb = existing === undefined ? "created" : "updated";
    this.#record(input.AlarmName, "ConfigurationUpdate", `Alarm "${input.AlarmName}" ${verb}`, { ...input });
  }

  delete(alarmName: string): void {
    if (!this.#alarms.delete(alarmName)) throw unknownAlarm(alarmName);
    this.#record(alarmName, "ConfigurationUpdate", `Alarm "${alarmName}" deleted`, {});
  }

  enableActions(alarmName: string, enabled: boolean): void {
    this.#alarms.set(alarmName, { ...this.#get(alarmName), actionsEnabled: enabled });
  }

  /** Sets a state by hand; the next evaluation sets it right again. */
  async setState(alarmName: string, state: Omit<AlarmState, "since">): Promise<void> {
    await this.#transition(this.#get(alarmName), { ...state, since: this.context.clock.now() });
  }

  /** Evaluates every alarm at this moment; resolves once what followed has been handed on. */
  async evaluateAll(): Promise<void> {
    await Promise.all(
      // EC2 may be asked for tags, and may fail.
      this.list().map((alarm) =>
        this.#try(alarm.input.AlarmName, "Failed to evaluate the alarm", () => this.#evaluate(alarm)),
      ),
    );
  }

  async #evaluate(alarm: Alarm): Promise<void> {
    const { rule, series } = alarm;
    const now = this.context.clock.now();
    const metrics = await selectMetrics(series, this.store, this.instancesWithTag);
    const periodMs = series.period * 1000;
    // Windows end at the last full minute, whatever the period ("Alarm evaluation", CloudWatch user guide).
    const end = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    const points: (SeriesPoint | undefined)[] = [];
    for (let back = evaluationRange(rule); back >= 1; back--) {
      points.push(readPoint(series, metrics, this.store, end - back * periodMs));
    }
    const values = points.map((point) => point?.value);
    const value = evaluateAlarm(rule, values, alarm.state.value);
    // Another alarm's action may have changed this one meanwhile.
    if (value === alarm.state.value || this.#alarms.get(alarm.input.AlarmName) !== alarm) return;
    const recent = points.filter((point) => point !== undefined).slice(-rule.evaluationPeriods);
    await this.#transition(alarm, {
      value,
      reason: stateReason(rule, recent, value),
      reasonData: stateReasonData(rule, series, recent, now),
      since: now,
    });
  }

  /** Only a change of the state's value is an event and runs actions. */
  async #transition(before: Alarm, state: AlarmState): Promise<void> {
    const previous = before.state;
    const alarm = { ...before, state };
    const alarmName = alarm.input.AlarmName;
    this.#alarms.set(alarmName, alarm);
    if (previous.value === state.value) return;
    this.#record(alarmName, "StateUpdate", `Alarm updated from ${previous.value} to ${state.value}`, {
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
      const done = await this.#try(alarmName, `Failed to execute action ${arn}`, () =>
        runAction(this.context, alarm, previous, arn),
      );
      if (done)
        this.#record(alarmName, "Action", `Successfully executed action ${arn}`, {
          actionState: "Succeeded",
        });
    }
  }

  /** Tells EventBridge, as late and as often as the conditions have it. */
  async #announce(alarm: Alarm, previous: AlarmState): Promise<void> {
    const send = async () => {
      await this.#try(alarm.input.AlarmName, "Failed to send the state change to EventBridge", () =>
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
  async #try(alarmName: string, failure: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (cause) {
      const error = asAwsError(cause);
      this.#record(alarmName, "Action", `${failure}: ${error.message}`, {
        actionState: "Failed",
        error: error.code,
      });
      return false;
    }
  }

  #get(alarmName: string): Alarm {
    const alarm = this.#alarms.get(alarmName);
    if (alarm === undefined) throw unknownAlarm(alarmName);
    return alarm;
  }

  #record(alarmName: string, type: HistoryItem["type"], summary: string, data: object): void {
    const item = { alarmName, at: this.context.clock.now(), type, summary, data: JSON.stringify(data) };
    this.#history.push(item);
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

function unknownAlarm(alarmName: string): AwsError {
  return new AwsError("ResourceNotFound", `There is no alarm "${alarmName}"`, 404);
}
