import { AwsError } from "../../core/errors";
import { isJson } from "../../core/parseJson";
import { pageOf } from "../../core/paging";
import type { Access, CloudContext } from "../../core/service";
import type { Tag, TagStore } from "../../core/tagStore";
import { operationsOf } from "../../wire/operation";
import {
  alarmMembers,
  alarmRules,
  type Alarm,
  compositeMembers,
  compositeRules,
  type CompositeAlarm,
  type MetricAlarm,
} from "./alarm";
import type { Alarms } from "./alarms";
import { ALARM_STATES } from "./evaluateAlarm";
import { scanOrder } from "./shapes";

const state = { oneOf: ALARM_STATES } as const;
const names = { AlarmNames: { length: [0, 100] } } as const;

/** Answers of Describe operations hold at most this many records. */
const PAGE = 100;
const pageRule = { range: [1, PAGE] } as const;

export function alarmOperations(context: CloudContext, alarms: Alarms, tags: TagStore) {
  const operation = operationsOf("monitoring", context);
  const onAlarms = (action: string, names: readonly string[]): Access[] =>
    names.map((name) => ({ action, resource: alarms.arnOf(name) }));

  /** To be called once the alarm is put: "any tags you specify" for one that is there already "are ignored". */
  const tagIfNew = ({
    AlarmName,
    Tags = [],
  }: {
    readonly AlarmName: string;
    readonly Tags?: readonly Tag[];
  }) => {
    const arn = alarms.arnOf(AlarmName);
    const isNew = !alarms.has(arn);
    return () => {
      if (isNew) tags.add(arn, Tags);
    };
  };
  /** An alarm acts in its own region alone. */
  const checkActions = (input: {
    readonly OKActions?: readonly string[];
    readonly AlarmActions?: readonly string[];
    readonly InsufficientDataActions?: readonly string[];
  }) => {
    const { OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = input;
    for (const arn of [...OKActions, ...AlarmActions, ...InsufficientDataActions]) {
      const region = arn.split(":", 4)[3] ?? "";
      if (region === "" || region === context.region) continue;
      throw new AwsError(
        "ValidationException",
        `Invalid region ${region} specified. Only ${context.region} is supported.`,
      );
    }
  };

  const putAccess = (
    action: string,
    input: {
      readonly AlarmName: string;
      readonly AlarmActions?: readonly string[];
      readonly Tags?: readonly Tag[];
    },
  ): Access[] => [
    {
      action: `cloudwatch:${action}`,
      resource: alarms.arnOf(input.AlarmName),
      context: {
        "cloudwatch:AlarmActions": input.AlarmActions ?? [],
        "aws:TagKeys": (input.Tags ?? []).map((tag) => tag.Key),
        ...Object.fromEntries((input.Tags ?? []).map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value])),
      },
    },
  ];

  return {
    ...operation(
      "PutMetricAlarm",
      { supports: alarmMembers, rules: alarmRules },
      (input) => putAccess("PutMetricAlarm", input),
      (input) => {
        checkActions(input);
        const tag = tagIfNew(input);
        alarms.put(input);
        tag();
        return {};
      },
    ),

    ...operation(
      "PutCompositeAlarm",
      { supports: compositeMembers, rules: compositeRules },
      (input) => putAccess("PutCompositeAlarm", input),
      async (input) => {
        checkActions(input);
        const tag = tagIfNew(input);
        await alarms.putComposite(input);
        tag();
        return {};
      },
    ),

    ...operation(
      "DescribeAlarms",
      {
        supports: [
          "AlarmNames",
          "AlarmNamePrefix",
          "AlarmTypes",
          "StateValue",
          "ActionPrefix",
          "MaxRecords",
          "NextToken",
        ],
        rules: {
          ...names,
          AlarmTypes: { oneOf: ["MetricAlarm", "CompositeAlarm", "LogAlarm"] },
          StateValue: state,
          MaxRecords: pageRule,
        },
      },
      () => onAlarms("cloudwatch:DescribeAlarms", ["*"]),
      (input) => {
        const wanted = alarms.list().filter(
          (alarm) =>
            (input.AlarmNames?.includes(alarm.input.AlarmName) ?? true) &&
            alarm.input.AlarmName.startsWith(input.AlarmNamePrefix ?? "") &&
            // "If you omit this parameter, only metric alarms are returned, even if composite alarms exist."
            (input.AlarmTypes ?? ["MetricAlarm"]).includes(
              alarm.kind === "metric" ? "MetricAlarm" : "CompositeAlarm",
            ) &&
            (input.StateValue === undefined || alarm.state.value === input.StateValue) &&
            (input.ActionPrefix === undefined ||
              (alarm.input.AlarmActions ?? []).some((arn) => arn.startsWith(input.ActionPrefix ?? ""))),
        );
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxRecords ?? 50, "InvalidNextToken");
        return {
          MetricAlarms: items.flatMap((alarm) =>
            alarm.kind === "metric" ? [describeMetricAlarm(alarm)] : [],
          ),
          CompositeAlarms: items.flatMap((alarm) =>
            alarm.kind === "composite" ? [describeComposite(alarm)] : [],
          ),
          ...nextToken(next),
        };
      },
    ),

    ...operation(
      "DescribeAlarmHistory",
      {
        supports: [
          "AlarmName",
          "HistoryItemType",
          "StartDate",
          "EndDate",
          "MaxRecords",
          "NextToken",
          "ScanBy",
        ],
        rules: {
          HistoryItemType: {
            oneOf: [
              "ConfigurationUpdate",
              "StateUpdate",
              "Action",
              "AlarmContributorStateUpdate",
              "AlarmContributorAction",
            ],
          },
          MaxRecords: pageRule,
          ScanBy: scanOrder,
        },
      },
      (input) => onAlarms("cloudwatch:DescribeAlarmHistory", [input.AlarmName ?? "*"]),
      (input) => {
        const wanted = alarms
          .history()
          .filter(
            (item) =>
              (input.AlarmName === undefined || item.alarmName === input.AlarmName) &&
              (input.HistoryItemType === undefined || item.type === input.HistoryItemType) &&
              item.at >= (input.StartDate?.getTime() ?? 0) &&
              item.at <= (input.EndDate?.getTime() ?? Infinity),
          );
        if (input.ScanBy !== "TimestampAscending") wanted.reverse();
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxRecords ?? PAGE, "InvalidNextToken");
        return {
          AlarmHistoryItems: items.map((item) => ({
            AlarmName: item.alarmName,
            AlarmType: item.alarmType,
            Timestamp: new Date(item.at),
            HistoryItemType: item.type,
            HistorySummary: item.summary,
            HistoryData: item.data,
          })),
          ...nextToken(next),
        };
      },
    ),

    ...operation(
      "SetAlarmState",
      {
        supports: ["AlarmName", "StateValue", "StateReason", "StateReasonData"],
        rules: {
          StateValue: state,
          StateReason: { length: [0, 1023] },
          StateReasonData: { length: [0, 4000] },
        },
      },
      (input) => onAlarms("cloudwatch:SetAlarmState", [input.AlarmName]),
      async ({ AlarmName, StateValue, StateReason, StateReasonData }) => {
        if (StateReasonData !== undefined && !isJson(StateReasonData)) {
          throw new AwsError(
            "InvalidFormatFault",
            `StateReasonData: got "${StateReasonData}"; expected JSON`,
          );
        }
        await alarms.setState(AlarmName, {
          value: StateValue,
          reason: StateReason,
          ...(StateReasonData === undefined ? {} : { reasonData: StateReasonData }),
        });
        return {};
      },
    ),

    ...operation(
      "DeleteAlarms",
      { supports: ["AlarmNames"], rules: names },
      (input) => onAlarms("cloudwatch:DeleteAlarms", input.AlarmNames),
      (input) => {
        alarms.delete(input.AlarmNames);
        for (const name of input.AlarmNames) tags.forget(alarms.arnOf(name));
        return {};
      },
    ),

    ...operation(
      "EnableAlarmActions",
      { supports: ["AlarmNames"], rules: names },
      (input) => onAlarms("cloudwatch:EnableAlarmActions", input.AlarmNames),
      (input) => {
        for (const name of input.AlarmNames) alarms.enableActions(name, true);
        return {};
      },
    ),

    ...operation(
      "DisableAlarmActions",
      { supports: ["AlarmNames"], rules: names },
      (input) => onAlarms("cloudwatch:DisableAlarmActions", input.AlarmNames),
      (input) => {
        for (const name of input.AlarmNames) alarms.enableActions(name, false);
        return {};
      },
    ),
  };
}

export function describeMetricAlarm(alarm: MetricAlarm) {
  const { Tags: _tags, ...input } = alarm.input;
  return {
    ...input,
    ...described(alarm),
    ...(input.Metrics === undefined ? { Dimensions: input.Dimensions ?? [] } : {}),
  };
}

function describeComposite(alarm: CompositeAlarm) {
  const { Tags: _tags, ...input } = alarm.input;
  return { ...input, ...described(alarm) };
}

function described(alarm: Alarm) {
  const { OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = alarm.input;
  return {
    AlarmArn: alarm.arn,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    OKActions,
    AlarmActions,
    InsufficientDataActions,
    StateValue: alarm.state.value,
    StateReason: alarm.state.reason,
    ...(alarm.state.reasonData === undefined ? {} : { StateReasonData: alarm.state.reasonData }),
    StateUpdatedTimestamp: new Date(alarm.state.since),
    StateTransitionedTimestamp: new Date(alarm.state.since),
  };
}

function nextToken(next: string | undefined): { readonly NextToken?: string } {
  return next === undefined ? {} : { NextToken: next };
}
