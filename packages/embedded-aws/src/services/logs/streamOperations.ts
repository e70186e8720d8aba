import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { operation, type CloudContext, type Operation } from "../../core/service";
import type { LogStream } from "./logGroup";
import { describeLimit, groupName, streamName, type LogGroups } from "./logGroups";

export function streamOperations(context: CloudContext, groups: LogGroups): Record<string, Operation> {
  return {
    CreateLogStream: operation(
      context,
      v.strictObject({ logGroupName: groupName, logStreamName: streamName }),
      (input) => groups.access("CreateLogStream", input.logGroupName, input.logStreamName),
      (input) => {
        const group = groups.require(input.logGroupName);
        const name = input.logStreamName;
        if (group.streams.has(name)) {
          throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
        }
        group.streams.set(name, {
          name,
          creationTime: context.clock.now(),
          firstEventTimestamp: undefined,
          lastEventTimestamp: undefined,
          lastIngestionTime: undefined,
        });
        return {};
      },
    ),

    DescribeLogStreams: operation(
      context,
      v.strictObject({
        logGroupName: groupName,
        logStreamNamePrefix: v.optional(v.string(), ""),
        orderBy: v.optional(v.picklist(["LogStreamName", "LastEventTime"]), "LogStreamName"),
        descending: v.optional(v.boolean(), false),
        limit: describeLimit,
        nextToken: v.optional(v.string()),
      }),
      (input) => groups.access("DescribeLogStreams", input.logGroupName),
      (input) => {
        const { streams } = groups.require(input.logGroupName);
        const found = [...streams.values()]
          .filter(({ name }) => name.startsWith(input.logStreamNamePrefix))
          .sort(input.orderBy === "LogStreamName" ? byName : byLastEvent);
        if (input.descending) found.reverse();
        const { items, next } = pageOf(found, input.nextToken, input.limit, "InvalidParameterException");
        return {
          logStreams: items.map((stream) => ({
            logStreamName: stream.name,
            creationTime: Math.floor(stream.creationTime),
            firstEventTimestamp: stream.firstEventTimestamp,
            lastEventTimestamp: stream.lastEventTimestamp,
            lastIngestionTime: stream.lastIngestionTime,
            arn: `${groups.arn(input.logGroupName)}:log-stream:${stream.name}`,
          })),
          nextToken: next,
        };
      },
    ),
  };
}

function byName(a: LogStream, b: LogStream): number {
  return a.name < b.name ? -1 : 1;
}

function byLastEvent(a: LogStream, b: LogStream): number {
  return (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0);
}
