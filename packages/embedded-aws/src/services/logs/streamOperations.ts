import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import type { LogStream } from "./logGroup";
import { describeRules, largestDescribePage, type LogGroups, nameRules, requiredName } from "./logGroups";

export function streamOperations(context: CloudContext, groups: LogGroups) {
  const operation = operationsOf("logs", context);
  return {
    ...operation(
      "CreateLogStream",
      { supports: ["logGroupName", "logStreamName"], rules: nameRules },
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

    ...operation(
      "DeleteLogStream",
      { supports: ["logGroupName", "logStreamName"], rules: nameRules },
      (input) => groups.access("DeleteLogStream", input.logGroupName, input.logStreamName),
      (input) => {
        const { group, stream } = groups.requireStream(input.logGroupName, input.logStreamName);
        group.deleteStream(stream);
        return {};
      },
    ),

    ...operation(
      "DescribeLogStreams",
      {
        supports: ["logGroupName", "logStreamNamePrefix", "orderBy", "descending", "limit", "nextToken"],
        rules: { ...describeRules, orderBy: { oneOf: ["LogStreamName", "LastEventTime"] } },
      },
      (input) => groups.access("DescribeLogStreams", requiredName(input)),
      (input) => {
        const group = requiredName(input);
        const { logStreamNamePrefix: prefix = "", limit = largestDescribePage } = input;
        if (input.orderBy === "LastEventTime" && prefix !== "") {
          throw new AwsError(
            "InvalidParameterException",
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
          );
        }
        const found = [...groups.require(group).streams.values()]
          .filter(({ name }) => name.startsWith(prefix))
          .sort(input.orderBy === "LastEventTime" ? byLastEvent : byName);
        if (input.descending === true) found.reverse();
        const { items, next } = pageOf(found, input.nextToken, limit, "InvalidParameterException");
        return {
          logStreams: items.map((stream) => ({
            logStreamName: stream.name,
            creationTime: Math.floor(stream.creationTime),
            firstEventTimestamp: stream.firstEventTimestamp,
            lastEventTimestamp: stream.lastEventTimestamp,
            lastIngestionTime: stream.lastIngestionTime,
            arn: `${groups.arn(group)}:log-stream:${stream.name}`,
            // Zero for every stream since 2019: CloudWatch Logs API reference, LogStream.
            storedBytes: 0,
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
