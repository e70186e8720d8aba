import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { operation, type CloudContext, type Operation } from "../../core/service";
import { parseFilterPattern } from "./filterPattern";
import { eventOverheadBytes, type StoredEvent } from "./logGroup";
import { groupName, streamName, type LogGroups } from "./logGroups";
import { readStream } from "./readStream";

/** From the CloudWatch Logs API reference: PutLogEvents, GetLogEvents, FilterLogEvents. */
const largestBatchBytes = 1_048_576;
const mostEvents = 10_000;
const oldestMs = 14 * 86_400_000;
const newestMs = 2 * 3_600_000;

const time = v.pipe(v.number(), v.integer(), v.minValue(0));
const eventLimit = v.optional(
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostEvents)),
  mostEvents,
);

const putInput = v.strictObject({
  logGroupName: groupName,
  logStreamName: streamName,
  logEvents: v.pipe(
    v.array(v.strictObject({ timestamp: time, message: v.pipe(v.string(), v.minLength(1)) })),
    v.minLength(1),
    v.maxLength(mostEvents),
  ),
  // Once a lock, ignored by the real service since 2023.
  sequenceToken: v.optional(v.string()),
});

export function eventOperations(context: CloudContext, groups: LogGroups): Record<string, Operation> {
  return {
    PutLogEvents: operation(
      context,
      putInput,
      (input) => groups.access("PutLogEvents", input.logGroupName, input.logStreamName),
      (input) => putLogEvents(context, groups, input),
    ),

    GetLogEvents: operation(
      context,
      v.strictObject({
        logGroupName: groupName,
        logStreamName: streamName,
        startTime: v.optional(time, 0),
        endTime: v.optional(time, Number.MAX_SAFE_INTEGER),
        limit: eventLimit,
        startFromHead: v.optional(v.boolean(), false),
        nextToken: v.optional(v.string()),
      }),
      (input) => groups.access("GetLogEvents", input.logGroupName, input.logStreamName),
      (input) => {
        const { group, stream } = groups.requireStream(input.logGroupName, input.logStreamName);
        const events = group
          .events(context.clock.now())
          .filter((event) => event.stream === stream && within(event, input.startTime, input.endTime));
        const read = readStream(events, input);
        return {
          events: read.events.map(({ timestamp, message, ingestionTime }) => ({
            timestamp,
            message,
            ingestionTime: Math.floor(ingestionTime),
          })),
          nextForwardToken: read.nextForwardToken,
          nextBackwardToken: read.nextBackwardToken,
        };
      },
    ),

    FilterLogEvents: operation(
      context,
      v.strictObject({
        logGroupName: groupName,
        logStreamNames: v.optional(v.pipe(v.array(streamName), v.minLength(1), v.maxLength(100))),
        logStreamNamePrefix: v.optional(v.string(), ""),
        startTime: v.optional(time, 0),
        endTime: v.optional(time, Number.MAX_SAFE_INTEGER),
        filterPattern: v.optional(v.pipe(v.string(), v.maxLength(1024)), ""),
        limit: eventLimit,
        nextToken: v.optional(v.string()),
        // Without effect in the real service: events are always interleaved.
        interleaved: v.optional(v.boolean()),
      }),
      (input) => groups.access("FilterLogEvents", input.logGroupName),
      (input) => {
        const matches = parseFilterPattern(input.filterPattern);
        const names = input.logStreamNames === undefined ? undefined : new Set(input.logStreamNames);
        const found = groups
          .require(input.logGroupName)
          .events(context.clock.now())
          .filter(
            (event) =>
              within(event, input.startTime, input.endTime) &&
              event.stream.name.startsWith(input.logStreamNamePrefix) &&
              names?.has(event.stream.name) !== false &&
              matches(event.message),
          );
        const { items, next } = pageOf(found, input.nextToken, input.limit, "InvalidParameterException");
        return {
          events: items.map((event) => ({
            logStreamName: event.stream.name,
            timestamp: event.timestamp,
            message: event.message,
            ingestionTime: Math.floor(event.ingestionTime),
            eventId: String(event.sequence).padStart(56, "0"),
          })),
          searchedLogStreams: [],
          nextToken: next,
        };
      },
    ),
  };
}

function putLogEvents(
  context: CloudContext,
  groups: LogGroups,
  input: v.InferOutput<typeof putInput>,
): object {
  const { group, stream } = groups.requireStream(input.logGroupName, input.logStreamName);
  const events = input.logEvents;
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
  if (bytes > largestBatchBytes) {
    throw new AwsError(
      "InvalidParameterException",
      `The batch is ${bytes} bytes; at most ${largestBatchBytes} are allowed`,
    );
  }
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw new AwsError(
      "InvalidParameterException",
      "Log events in a single PutLogEvents request must be in chronological order.",
    );
  }
  const now = context.clock.now();
  // Events are in order of time: those that are too old stand first, those that are too new last.
  const tooOld = events.filter(({ timestamp }) => timestamp < now - oldestMs).length;
  const tooNew = events.filter(({ timestamp }) => timestamp > now + newestMs).length;
  const accepted = events.slice(tooOld, events.length - tooNew);
  group.append(stream, accepted, now);
  for (const { message } of accepted) {
    context.events.publish({ type: "log", logGroupName: group.name, logStreamName: stream.name, message });
  }
  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(tooNew > 0 ? { tooNewLogEventStartIndex: events.length - tooNew } : {}),
  };
  return tooOld + tooNew > 0 ? { rejectedLogEventsInfo: rejected } : {};
}

function within({ timestamp }: StoredEvent, startTime: number, endTime: number): boolean {
  return timestamp >= startTime && timestamp < endTime;
}
