import { AwsError } from "../../core/errors";
import { isJson } from "../../core/parseJson";
import { pageOf } from "../../core/paging";
import type { Access, CloudContext } from "../../core/service";
import type { TagStore } from "../../core/tagStore";
import { operationsOf } from "../../wire/operation";
import { type Alarm, alarmMembers, alarmRules } from "./alarm";
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

  return {
    ...operation(
      "PutMetricAlarm",
      { supports: alarmMembers, rules: alarmRules },
      (input) => [
        {
          action: "cloudwatch:PutMetricAlarm",
          resource: alarms.arnOf(input.AlarmName),
          context: {
            "cloudwatch:AlarmActions": input.AlarmActions ?? [],
            "aws:TagKeys": (input.Tags ?? []).map((tag) => tag.Key),
            ...Object.fromEntries((input.Tags ?? []).map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value])),
          },
        },
      ],
      (input) => {
        alarms.put(input);
        if (input.Tags !== undefined) tags.add(alarms.arnOf(input.AlarmName), input.Tags);
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
        const wanted = alarms
          .list()
          .filter(
            (alarm) =>
              (input.AlarmNames?.includes(alarm.input.AlarmName) ?? true) &&
              alarm.input.AlarmName.startsWith(input.AlarmNamePrefix ?? "") &&
              (input.AlarmTypes?.includes("MetricAlarm") ?? true) &&
              (input.StateValue === undefined || alarm.state.value === input.StateValue) &&
              (input.ActionPrefix === undefined ||
                (alarm.input.AlarmActions ?? []).some((arn) => arn.startsWith(input.ActionPrefix ?? ""))),
          );
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxRecords ?? 50, "InvalidNextToken");
        return { MetricAlarms: items.map(describe), CompositeAlarms: [], ...nextToken(next) };
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
            AlarmType: "MetricAlarm" as const,
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
        for (const name of input.AlarmNames) {
          alarms.delete(name);
          tags.forget(alarms.arnOf(name));
        }
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

function describe(alarm: Alarm) {
  const { Tags: _tags, ...input } = alarm.input;
  return {
    ...input,
    AlarmArn: alarm.arn,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    ...(input.Metrics === undefined ? { Dimensions: input.Dimensions ?? [] } : {}),
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
