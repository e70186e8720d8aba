import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { type Access, type CloudContext, operation, type Operation } from "../../core/service";
import { type Alarm, PutMetricAlarmInput } from "./alarm";
import type { Alarms } from "./alarms";
import { Timestamp } from "./shapes";
import type { TagStore } from "../../core/tagStore";
import { isJson } from "../../core/parseJson";

const STATES = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;
const Names = v.pipe(v.array(v.string()), v.maxLength(100));

/** Answers of Describe operations hold at most this many records. */
const PAGE = 100;

export function alarmOperations(
  context: CloudContext,
  alarms: Alarms,
  tags: TagStore,
): Record<string, Operation> {
  const onAlarms = (action: string, names: readonly string[]): Access[] =>
    names.map((name) => ({ action, resource: alarms.arnOf(name) }));

  return {
    PutMetricAlarm: operation(
      context,
      PutMetricAlarmInput,
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

    DescribeAlarms: operation(
      context,
      v.strictObject({
        AlarmNames: v.optional(Names),
        AlarmNamePrefix: v.optional(v.string()),
        AlarmTypes: v.optional(v.array(v.picklist(["MetricAlarm", "CompositeAlarm"]))),
        StateValue: v.optional(v.picklist(STATES)),
        ActionPrefix: v.optional(v.string()),
        MaxRecords: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)), 50),
        NextToken: v.optional(v.string()),
      }),
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
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxRecords, "InvalidNextToken");
        return { MetricAlarms: items.map(describe), CompositeAlarms: [], ...nextToken(next) };
      },
    ),

    DescribeAlarmHistory: operation(
      context,
      v.strictObject({
        AlarmName: v.optional(v.string()),
        HistoryItemType: v.optional(v.picklist(["ConfigurationUpdate", "StateUpdate", "Action"])),
        StartDate: v.optional(Timestamp),
        EndDate: v.optional(Timestamp),
        MaxRecords: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE)), PAGE),
        NextToken: v.optional(v.string()),
        ScanBy: v.optional(v.picklist(["TimestampDescending", "TimestampAscending"]), "TimestampDescending"),
      }),
      (input) => onAlarms("cloudwatch:DescribeAlarmHistory", [input.AlarmName ?? "*"]),
      (input) => {
        const wanted = alarms
          .history()
          .filter(
            (item) =>
              (input.AlarmName === undefined || item.alarmName === input.AlarmName) &&
              (input.HistoryItemType === undefined || item.type === input.HistoryItemType) &&
              item.at >= (input.StartDate ?? 0) * 1000 &&
              item.at <= (input.EndDate ?? Infinity) * 1000,
          );
        if (input.ScanBy === "TimestampDescending") wanted.reverse();
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxRecords, "InvalidNextToken");
        return {
          AlarmHistoryItems: items.map((item) => ({
            AlarmName: item.alarmName,
            AlarmType: "MetricAlarm",
            Timestamp: item.at / 1000,
            HistoryItemType: item.type,
            HistorySummary: item.summary,
            HistoryData: item.data,
          })),
          ...nextToken(next),
        };
      },
    ),

    SetAlarmState: operation(
      context,
      v.strictObject({
        AlarmName: v.string(),
        StateValue: v.picklist(STATES),
        StateReason: v.pipe(v.string(), v.maxLength(1023)),
        StateReasonData: v.optional(v.pipe(v.string(), v.maxLength(4000))),
      }),
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

    DeleteAlarms: operation(
      context,
      v.strictObject({ AlarmNames: Names }),
      (input) => onAlarms("cloudwatch:DeleteAlarms", input.AlarmNames),
      (input) => {
        for (const name of input.AlarmNames) {
          alarms.delete(name);
          tags.forget(alarms.arnOf(name));
        }
        return {};
      },
    ),

    EnableAlarmActions: operation(
      context,
      v.strictObject({ AlarmNames: Names }),
      (input) => onAlarms("cloudwatch:EnableAlarmActions", input.AlarmNames),
      (input) => {
        for (const name of input.AlarmNames) alarms.enableActions(name, true);
        return {};
      },
    ),

    DisableAlarmActions: operation(
      context,
      v.strictObject({ AlarmNames: Names }),
      (input) => onAlarms("cloudwatch:DisableAlarmActions", input.AlarmNames),
      (input) => {
        for (const name of input.AlarmNames) alarms.enableActions(name, false);
        return {};
      },
    ),
  };
}

function describe(alarm: Alarm): object {
  const { Tags: _tags, ...input } = alarm.input;
  return {
    ...input,
    AlarmArn: alarm.arn,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt / 1000,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    ...(input.Metrics === undefined ? { Dimensions: input.Dimensions ?? [] } : {}),
    StateValue: alarm.state.value,
    StateReason: alarm.state.reason,
    ...(alarm.state.reasonData === undefined ? {} : { StateReasonData: alarm.state.reasonData }),
    StateUpdatedTimestamp: alarm.state.since / 1000,
    StateTransitionedTimestamp: alarm.state.since / 1000,
  };
}

function nextToken(next: string | undefined): { readonly NextToken?: string } {
  return next === undefined ? {} : { NextToken: next };
}
