import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { checkTagTotal } from "../../wire/givenTags";
import { operationsOf } from "../../wire/operation";
import { checkGroupKey } from "./groupKeys";
import { LogGroup } from "./logGroup";
import { describeRules, largestDescribePage, type LogGroups, nameRules } from "./logGroups";

/** The days that PutRetentionPolicy takes (CloudWatch Logs API reference). */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function groupOperations(context: CloudContext, groups: LogGroups) {
  const operation = operationsOf("logs", context);
  const on = (action: string) => (input: { readonly logGroupName: string }) =>
    groups.access(action, input.logGroupName);
  const onTagged = (action: string) => (input: { readonly resourceArn: string }) =>
    groups.access(action, groups.nameIn(input.resourceArn));
  return {
    ...operation(
      "CreateLogGroup",
      {
        supports: ["logGroupName", "kmsKeyId", "logGroupClass", "tags"],
        rules: {
          ...nameRules,
          logGroupClass: { oneOf: ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"], supported: ["STANDARD"] },
        },
      },
      on("CreateLogGroup"),
      ({ logGroupName, kmsKeyId, tags = {} }) => {
        if (kmsKeyId !== undefined) checkGroupKey(context, groups.arn(logGroupName), kmsKeyId);
        groups.add(new LogGroup(logGroupName, context.clock.now(), kmsKeyId, new Map(Object.entries(tags))));
        return {};
      },
    ),

    ...operation(
      "DeleteLogGroup",
      { supports: ["logGroupName"], rules: nameRules },
      on("DeleteLogGroup"),
      (input) => {
        groups.delete(input.logGroupName);
        return {};
      },
    ),

    ...operation(
      "PutRetentionPolicy",
      {
        supports: ["logGroupName", "retentionInDays"],
        rules: { ...nameRules, retentionInDays: { oneOf: retentionDays } },
      },
      on("PutRetentionPolicy"),
      (input) => {
        groups.require(input.logGroupName).retentionInDays = input.retentionInDays;
        return {};
      },
    ),

    ...operation(
      "DeleteRetentionPolicy",
      { supports: ["logGroupName"], rules: nameRules },
      on("DeleteRetentionPolicy"),
      (input) => {
        groups.require(input.logGroupName).retentionInDays = undefined;
        return {};
      },
    ),

    ...operation(
      "DescribeLogGroups",
      { supports: ["logGroupNamePrefix", "limit", "nextToken"], rules: describeRules },
      () => groups.access("DescribeLogGroups", ""),
      ({ logGroupNamePrefix: prefix = "", limit = largestDescribePage, nextToken }) => {
        const found = groups.list().filter(({ name }) => name.startsWith(prefix));
        const { items, next } = pageOf(found, nextToken, limit, "InvalidParameterException");
        return {
          logGroups: items.map((group) => ({
            logGroupName: group.name,
            creationTime: Math.floor(group.creationTime),
            retentionInDays: group.retentionInDays,
            metricFilterCount: 0,
            arn: `${groups.arn(group.name)}:*`,
            logGroupArn: groups.arn(group.name),
            logGroupClass: "STANDARD" as const,
            storedBytes: group.storedBytes(context.clock.now()),
            kmsKeyId: group.kmsKeyId,
          })),
          nextToken: next,
        };
      },
    ),

    ...operation("TagResource", { supports: ["resourceArn", "tags"] }, onTagged("TagResource"), (input) => {
      const group = groups.require(groups.nameIn(input.resourceArn));
      checkTagTotal("logs", group.tags.keys(), Object.keys(input.tags));
      for (const [key, value] of Object.entries(input.tags)) group.tags.set(key, value);
      return {};
    }),

    ...operation(
      "UntagResource",
      { supports: ["resourceArn", "tagKeys"] },
      onTagged("UntagResource"),
      (input) => {
        const group = groups.require(groups.nameIn(input.resourceArn));
        for (const key of input.tagKeys) group.tags.delete(key);
        return {};
      },
    ),

    ...operation(
      "ListTagsForResource",
      { supports: ["resourceArn"] },
      onTagged("ListTagsForResource"),
      (input) => ({ tags: Object.fromEntries(groups.require(groups.nameIn(input.resourceArn)).tags) }),
    ),
  };
}
