import * as v from "valibot";
import { pageOf } from "../../core/paging";
import { record } from "../../core/record";
import { operation, type CloudContext, type Operation } from "../../core/service";
import { LogGroup } from "./logGroup";
import { describeLimit, groupName, type LogGroups } from "./logGroups";

/** The days that PutRetentionPolicy takes (CloudWatch Logs API reference). */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const tags = record(
  v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  v.pipe(v.string(), v.maxLength(256)),
);

export function groupOperations(context: CloudContext, groups: LogGroups): Record<string, Operation> {
  return {
    CreateLogGroup: operation(
      context,
      v.strictObject({
        logGroupName: groupName,
        kmsKeyId: v.optional(v.string()),
        logGroupClass: v.optional(v.literal("STANDARD")),
        tags: v.optional(tags, {}),
      }),
      (input) => groups.access("CreateLogGroup", input.logGroupName),
      (input) => {
        const { logGroupName, kmsKeyId } = input;
        groups.add(
          new LogGroup(logGroupName, context.clock.now(), kmsKeyId, new Map(Object.entries(input.tags))),
        );
        return {};
      },
    ),

    DeleteLogGroup: operation(
      context,
      v.strictObject({ logGroupName: groupName }),
      (input) => groups.access("DeleteLogGroup", input.logGroupName),
      (input) => {
        groups.delete(input.logGroupName);
        return {};
      },
    ),

    PutRetentionPolicy: operation(
      context,
      v.strictObject({ logGroupName: groupName, retentionInDays: v.picklist(retentionDays) }),
      (input) => groups.access("PutRetentionPolicy", input.logGroupName),
      (input) => {
        groups.require(input.logGroupName).retentionInDays = input.retentionInDays;
        return {};
      },
    ),

    DescribeLogGroups: operation(
      context,
      v.strictObject({
        logGroupNamePrefix: v.optional(v.string(), ""),
        limit: describeLimit,
        nextToken: v.optional(v.string()),
      }),
      () => groups.access("DescribeLogGroups", ""),
      (input) => {
        const found = groups.list().filter(({ name }) => name.startsWith(input.logGroupNamePrefix));
        const { items, next } = pageOf(found, input.nextToken, input.limit, "InvalidParameterException");
        return {
          logGroups: items.map((group) => ({
            logGroupName: group.name,
            creationTime: Math.floor(group.creationTime),
            retentionInDays: group.retentionInDays,
            metricFilterCount: 0,
            arn: `${groups.arn(group.name)}:*`,
            logGroupArn: groups.arn(group.name),
            logGroupClass: "STANDARD",
            storedBytes: group.storedBytes(context.clock.now()),
            kmsKeyId: group.kmsKeyId,
          })),
          nextToken: next,
        };
      },
    ),

    TagResource: operation(
      context,
      v.strictObject({ resourceArn: v.string(), tags }),
      (input) => groups.access("TagResource", groups.nameIn(input.resourceArn)),
      (input) => {
        const group = groups.require(groups.nameIn(input.resourceArn));
        for (const [key, value] of Object.entries(input.tags)) group.tags.set(key, value);
        return {};
      },
    ),

    ListTagsForResource: operation(
      context,
      v.strictObject({ resourceArn: v.string() }),
      (input) => groups.access("ListTagsForResource", groups.nameIn(input.resourceArn)),
      (input) => ({ tags: Object.fromEntries(groups.require(groups.nameIn(input.resourceArn)).tags) }),
    ),
  };
}
