import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { type Operation, operation } from "../../core/service";
import { tableAccess } from "./access";
import type { Database } from "./database";
import type { Table } from "./table";
import { requireTable } from "./tableOperations";
import { invalid, setTags, tagsSchema } from "./tableSettings";

const named = v.strictObject({ TableName: v.string() });

function taggedTable(database: Database, arn: string): Table {
  for (const table of database.tables.values()) if (table.arn === arn) return table;
  throw new AwsError(
    "ResourceNotFoundException",
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}

function tagOperations(database: Database): Readonly<Record<string, Operation>> {
  const access = (action: string) => (input: { readonly ResourceArn: string }) => [
    { action: `dynamodb:${action}`, resource: input.ResourceArn },
  ];
  return {
    TagResource: operation(
      database.context,
      v.strictObject({ ResourceArn: v.string(), Tags: tagsSchema }),
      access("TagResource"),
      ({ ResourceArn, Tags }) => {
        setTags(taggedTable(database, ResourceArn), Tags);
        return {};
      },
    ),
    UntagResource: operation(
      database.context,
      v.strictObject({ ResourceArn: v.string(), TagKeys: v.array(v.string()) }),
      access("UntagResource"),
      ({ ResourceArn, TagKeys }) => {
        const { tags } = taggedTable(database, ResourceArn);
        for (const key of TagKeys) tags.delete(key);
        return {};
      },
    ),
    ListTagsOfResource: operation(
      database.context,
      v.strictObject({ ResourceArn: v.string() }),
      access("ListTagsOfResource"),
      (input) => ({
        Tags: [...taggedTable(database, input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
      }),
    ),
  };
}

/**
 * Time to live is set and described, and nothing expires by it: AWS promises only that expired items go "within
 * a few days", so a program that is right there is right here too.
 */
function timeToLiveOperations(database: Database): Readonly<Record<string, Operation>> {
  return {
    UpdateTimeToLive: operation(
      database.context,
      v.strictObject({
        TableName: v.string(),
        TimeToLiveSpecification: v.strictObject({
          AttributeName: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
          Enabled: v.boolean(),
        }),
      }),
      ({ TableName }) => [tableAccess(database, "UpdateTimeToLive", TableName)],
      ({ TableName, TimeToLiveSpecification }) => {
        const table = requireTable(database, TableName);
        const { AttributeName, Enabled } = TimeToLiveSpecification;
        const current = table.timeToLiveAttribute;
        if (Enabled && current === AttributeName) throw invalid("TimeToLive is already enabled");
        if (!Enabled && current === undefined) throw invalid("TimeToLive is already disabled");
        if (current !== undefined && current !== AttributeName) {
          throw invalid(
            `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
          );
        }
        table.timeToLiveAttribute = Enabled ? AttributeName : undefined;
        return { TimeToLiveSpecification };
      },
    ),
    DescribeTimeToLive: operation(
      database.context,
      named,
      ({ TableName }) => [tableAccess(database, "DescribeTimeToLive", TableName)],
      ({ TableName }) => {
        const { timeToLiveAttribute } = requireTable(database, TableName);
        return {
          TimeToLiveDescription:
            timeToLiveAttribute === undefined
              ? { TimeToLiveStatus: "DISABLED" }
              : { TimeToLiveStatus: "ENABLED", AttributeName: timeToLiveAttribute },
        };
      },
    ),
  };
}

/** Days that point-in-time recovery reaches back, unless the table says less. */
const MAX_RECOVERY_DAYS = 35;
const DAY_MS = 24 * 60 * 60 * 1000;

function describeBackups(table: Table, now: number): object {
  const { pointInTimeRecovery } = table;
  if (pointInTimeRecovery === undefined) {
    return {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
    };
  }
  const { since, recoveryPeriodDays } = pointInTimeRecovery;
  return {
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: "ENABLED",
      RecoveryPeriodInDays: recoveryPeriodDays,
      EarliestRestorableDateTime: Math.max(since, now - recoveryPeriodDays * DAY_MS) / 1000,
      LatestRestorableDateTime: now / 1000,
    },
  };
}

/** Point-in-time recovery is set and described; nothing can be restored by it here, and `RestoreTableToPointInTime` says so. */
function backupOperations(database: Database): Readonly<Record<string, Operation>> {
  return {
    UpdateContinuousBackups: operation(
      database.context,
      v.strictObject({
        TableName: v.string(),
        PointInTimeRecoverySpecification: v.strictObject({
          PointInTimeRecoveryEnabled: v.boolean(),
          RecoveryPeriodInDays: v.optional(
            v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RECOVERY_DAYS)),
            MAX_RECOVERY_DAYS,
          ),
        }),
      }),
      ({ TableName }) => [tableAccess(database, "UpdateContinuousBackups", TableName)],
      ({ TableName, PointInTimeRecoverySpecification }) => {
        const table = requireTable(database, TableName);
        const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = PointInTimeRecoverySpecification;
        table.pointInTimeRecovery = PointInTimeRecoveryEnabled
          ? {
              since: table.pointInTimeRecovery?.since ?? database.now(),
              recoveryPeriodDays: RecoveryPeriodInDays,
            }
          : undefined;
        return { ContinuousBackupsDescription: describeBackups(table, database.now()) };
      },
    ),
    DescribeContinuousBackups: operation(
      database.context,
      named,
      ({ TableName }) => [tableAccess(database, "DescribeContinuousBackups", TableName)],
      ({ TableName }) => ({
        ContinuousBackupsDescription: describeBackups(requireTable(database, TableName), database.now()),
      }),
    ),
  };
}

/** The operations on what belongs to a table beside its items: tags, time to live, recovery. */
export function settingOperations(database: Database): Readonly<Record<string, Operation>> {
  return { ...tagOperations(database), ...timeToLiveOperations(database), ...backupOperations(database) };
}
