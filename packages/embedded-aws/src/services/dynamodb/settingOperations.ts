import { AwsError } from "../../core/errors";
import { operationsOf, type Output } from "../../wire/operation";
import { tableAccess } from "./access";
import type { Database } from "./database";
import type { Table } from "./table";
import { requireTable } from "./tableOperations";
import { invalid, setTags, tagRules } from "./tableSettings";

const named = { supports: ["TableName"] } as const;

function taggedTable(database: Database, arn: string): Table {
  for (const table of database.tables.values()) if (table.arn === arn) return table;
  throw new AwsError(
    "ResourceNotFoundException",
    `Requested resource not found: ResourcArn: ${arn} not found`,
  );
}

function tagOperations(database: Database) {
  const operation = operationsOf("dynamodb", database.context);
  const access = (action: string) => (input: { readonly ResourceArn: string }) => [
    { action: `dynamodb:${action}`, resource: input.ResourceArn },
  ];
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceArn", "Tags"], rules: tagRules },
      access("TagResource"),
      ({ ResourceArn, Tags }) => {
        setTags(taggedTable(database, ResourceArn), Tags);
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["ResourceArn", "TagKeys"] },
      access("UntagResource"),
      ({ ResourceArn, TagKeys }) => {
        const { tags } = taggedTable(database, ResourceArn);
        for (const key of TagKeys) tags.delete(key);
        return {};
      },
    ),
    ...operation(
      "ListTagsOfResource",
      { supports: ["ResourceArn"] },
      access("ListTagsOfResource"),
      (input) => ({
        Tags: [...taggedTable(database, input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
      }),
    ),
  };
}

/** Items expire by the attribute that is set here: see `TimeToLive`. It counts at once, where AWS may take an hour. */
function timeToLiveOperations(database: Database) {
  const operation = operationsOf("dynamodb", database.context);
  return {
    ...operation(
      "UpdateTimeToLive",
      {
        supports: ["TableName", "TimeToLiveSpecification"],
        rules: { "TimeToLiveSpecification.AttributeName": { length: [1, 255] } },
      },
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
        database.timeToLive.use(table, Enabled ? AttributeName : undefined);
        return { TimeToLiveSpecification };
      },
    ),
    ...operation(
      "DescribeTimeToLive",
      named,
      ({ TableName }) => [tableAccess(database, "DescribeTimeToLive", TableName)],
      ({ TableName }) => {
        const { timeToLiveAttribute } = requireTable(database, TableName);
        return {
          TimeToLiveDescription:
            timeToLiveAttribute === undefined
              ? { TimeToLiveStatus: "DISABLED" as const }
              : { TimeToLiveStatus: "ENABLED" as const, AttributeName: timeToLiveAttribute },
        };
      },
    ),
  };
}

/** Days that point-in-time recovery reaches back, unless the table says less. */
const MAX_RECOVERY_DAYS = 35;
const DAY_MS = 24 * 60 * 60 * 1000;

function describeBackups(
  table: Table,
  now: number,
): NonNullable<Output<"dynamodb", "DescribeContinuousBackups">["ContinuousBackupsDescription"]> {
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
      EarliestRestorableDateTime: new Date(Math.max(since, now - recoveryPeriodDays * DAY_MS)),
      LatestRestorableDateTime: new Date(now),
    },
  };
}

/** The operations on backups have an error of their own for a table that is not there. */
function backedUpTable(database: Database, name: string): Table {
  try {
    return requireTable(database, name);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
    throw new AwsError("TableNotFoundException", `Table not found: ${name}`);
  }
}

/** Point-in-time recovery is set and described; nothing can be restored by it here, and `RestoreTableToPointInTime` says so. */
function backupOperations(database: Database) {
  const operation = operationsOf("dynamodb", database.context);
  return {
    ...operation(
      "UpdateContinuousBackups",
      {
        supports: ["TableName", "PointInTimeRecoverySpecification"],
        rules: { "PointInTimeRecoverySpecification.RecoveryPeriodInDays": { range: [1, MAX_RECOVERY_DAYS] } },
      },
      ({ TableName }) => [tableAccess(database, "UpdateContinuousBackups", TableName)],
      ({ TableName, PointInTimeRecoverySpecification }) => {
        const table = backedUpTable(database, TableName);
        const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays = MAX_RECOVERY_DAYS } =
          PointInTimeRecoverySpecification;
        table.pointInTimeRecovery = PointInTimeRecoveryEnabled
          ? {
              since: table.pointInTimeRecovery?.since ?? database.now(),
              recoveryPeriodDays: RecoveryPeriodInDays,
            }
          : undefined;
        return { ContinuousBackupsDescription: describeBackups(table, database.now()) };
      },
    ),
    ...operation(
      "DescribeContinuousBackups",
      named,
      ({ TableName }) => [tableAccess(database, "DescribeContinuousBackups", TableName)],
      ({ TableName }) => ({
        ContinuousBackupsDescription: describeBackups(backedUpTable(database, TableName), database.now()),
      }),
    ),
  };
}

/** The operations on what belongs to a table beside its items: tags, time to live, recovery. */
export function settingOperations(database: Database) {
  return { ...tagOperations(database), ...timeToLiveOperations(database), ...backupOperations(database) };
}
