import { RunningClock } from "../core/clock";
import { kind, unkind } from "../core/conditions/conditions";
import { conditionsAsJson } from "../core/conditions/describeConditions";
import type { CloudContext } from "../core/service";
import type { Load } from "../load/load";
import { currentState } from "../services/ec2/instance";
import { instancesOf } from "../services/ec2/instances";
import { inspectorsOf } from "../services/lambda/inspectors";
import { inboxOf } from "../services/ses/inbox";
import { queuesOf } from "../services/sqs/statistics";
import type { ClockState, ConditionState, FunctionState, InstanceState, QueueState, State } from "./protocol";
import { allPages, type Reader } from "./reader";
import type { Tally } from "./tally";

/** Terminated instances that are still shown. */
const TERMINATED_SHOWN = 10;

/** What stands in the cloud by name; asked for again only now and then, as it seldom changes. */
export interface Names {
  readonly functions: readonly Pick<FunctionState, "name" | "memoryMb">[];
  readonly tables: readonly string[];
  readonly topics: readonly string[];
  readonly buses: readonly string[];
  readonly apis: State["apis"];
}

export const noNames: Names = { functions: [], tables: [], topics: [], buses: [], apis: [] };

const lastPart = (arn: string) => arn.split(/[:/]/).at(-1) ?? arn;

export async function readNames(read: Reader): Promise<Names> {
  const [functions, tables, topics, buses, apis] = await Promise.all([
    allPages(
      (Marker) => read("lambda", "ListFunctions", Marker === undefined ? {} : { Marker }),
      (page) => page.Functions,
      (page) => page.NextMarker,
    ),
    allPages(
      (from) => read("dynamodb", "ListTables", from === undefined ? {} : { ExclusiveStartTableName: from }),
      (page) => page.TableNames,
      (page) => page.LastEvaluatedTableName,
    ),
    allPages(
      (NextToken) => read("sns", "ListTopics", NextToken === undefined ? {} : { NextToken }),
      (page) => page.Topics,
      (page) => page.NextToken,
    ),
    allPages(
      (NextToken) => read("events", "ListEventBuses", NextToken === undefined ? {} : { NextToken }),
      (page) => page.EventBuses,
      (page) => page.NextToken,
    ),
    allPages(
      (NextToken) => read("apigateway", "GetApis", NextToken === undefined ? {} : { NextToken }),
      (page) => page.Items,
      (page) => page.NextToken,
    ),
  ]);
  return {
    functions: functions.map(({ FunctionName: name = "", MemorySize: memoryMb = 0 }) => ({ name, memoryMb })),
    tables,
    topics: topics.map(({ TopicArn }) => lastPart(TopicArn ?? "")),
    buses: buses.map(({ Name }) => Name ?? ""),
    apis: apis.map(({ ApiId: id = "", Name: name }) => ({ id, name })),
  };
}

export interface SnapshotSources {
  readonly context: CloudContext;
  readonly read: Reader;
  readonly names: Names;
  readonly tally: Tally;
  readonly load: Load | undefined;
  /** Who launched an instance, as far as it is known. */
  readonly launchOf: (instanceId: string) => Pick<InstanceState, "launchedBy" | "requestId">;
}

export async function snapshot({
  context,
  read,
  names,
  tally,
  load,
  launchOf,
}: SnapshotSources): Promise<State> {
  const described = await Promise.all(
    names.tables.map((TableName) => read("dynamodb", "DescribeTable", { TableName }).catch(() => undefined)),
  );
  const ports = inspectorsOf(context).all();
  const alarms = await read("monitoring", "DescribeAlarms", { MaxRecords: 100 });
  return {
    queues: queueStates(context),
    functions: tally.functionsOf(names.functions).map((fn) => {
      const inspector = ports.get(fn.name);
      return inspector === undefined ? fn : { ...fn, inspector };
    }),
    tables: described.flatMap((answer) =>
      answer?.Table === undefined
        ? []
        : [{ name: answer.Table.TableName ?? "", items: answer.Table.ItemCount ?? 0 }],
    ),
    topics: names.topics,
    buses: names.buses,
    apis: names.apis,
    alarms: [...(alarms?.MetricAlarms ?? []), ...(alarms?.CompositeAlarms ?? [])].map((alarm) => {
      const changed = alarm.StateUpdatedTimestamp?.getTime() ?? 0;
      return {
        name: alarm.AlarmName ?? "",
        state: alarm.StateValue ?? "INSUFFICIENT_DATA",
        since: tally.alarm(alarm.AlarmName ?? "")?.since ?? changed,
        reason: alarm.StateReason ?? "",
      };
    }),
    instances: instanceStates(context, launchOf),
    emails: inboxOf(context).total,
    faults: context.faults.all(),
    clock: clockState(context),
    conditions: conditionStates(context),
    ...(load !== undefined && {
      load: { demand: load.demand(), inService: load.inService(), cpu: Math.round(load.cpu()) },
    }),
  };
}

function queueStates(context: CloudContext): QueueState[] {
  const queues = queuesOf(context);
  const now = context.clock.now();
  return queues.all().map((queue): QueueState => {
    const target = queue.settings.redrivePolicy?.deadLetterTargetArn;
    const deadLetters = target === undefined ? undefined : queues.byArn(target)?.name;
    return {
      name: queue.name,
      arn: queue.arn,
      ...queue.messages.counts(now),
      oldestAge: Math.round(queue.messages.oldestAge(now) / 1000) * 1000,
      sent: queue.totals.sent,
      deleted: queue.totals.deleted,
      fifo: queue.settings.fifo,
      ...(deadLetters !== undefined && { deadLetters }),
      deadLettersOf: queues.sourcesOf(queue).map(({ name }) => name),
    };
  });
}

function instanceStates(context: CloudContext, launchOf: SnapshotSources["launchOf"]): InstanceState[] {
  const all = instancesOf(context)
    .all()
    .map((instance): InstanceState => ({
      id: instance.id,
      state: currentState(instance),
      type: instance.instanceType,
      zone: instance.subnet.zone,
      launchedAt: instance.launchedAt,
      ...launchOf(instance.id),
    }));
  const gone = all.filter(({ state }) => state === "terminated").slice(-TERMINATED_SHOWN);
  return [...all.filter(({ state }) => state !== "terminated"), ...gone];
}

const OFF = conditionsAsJson(kind);
const AWS = conditionsAsJson(unkind);

function conditionStates({ conditions }: Pick<CloudContext, "conditions">): ConditionState[] {
  const now = conditionsAsJson(conditions);
  // What belongs to one name is typed together, which no loop over names can show.
  return (Object.keys(now) as (keyof typeof now)[]).map(
    (name) => ({ name, value: now[name], off: OFF[name], aws: AWS[name] }) as ConditionState,
  );
}

export function clockState({ clock }: Pick<CloudContext, "clock">): ClockState {
  return clock instanceof RunningClock
    ? { speed: clock.speed, paused: clock.paused, settable: true }
    : { speed: clock.rate(), paused: false, settable: false };
}
