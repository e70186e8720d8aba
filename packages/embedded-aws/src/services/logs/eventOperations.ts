import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf, type Output, type Supported } from "../../wire/operation";
import { parseFilterPattern } from "./filterPattern";
import { eventOverheadBytes, type StoredEvent } from "./logGroup";
import { type LogGroups, nameRules, requiredName } from "./logGroups";
import { readStream } from "./readStream";

/** From the CloudWatch Logs API reference: PutLogEvents, GetLogEvents, FilterLogEvents. */
const largestBatchBytes = 1_048_576;
const mostEvents = 10_000;
const oldestMs = 14 * 86_400_000;
const newestMs = 2 * 3_600_000;

/** Milliseconds since the epoch. */
const time = { range: [0, Number.MAX_SAFE_INTEGER] } as const;
const readRules = {
  ...nameRules,
  startTime: time,
  endTime: time,
  limit: { range: [1, mostEvents] },
} as const;

const putInput = {
  // The token was a lock once; the real service has ignored it since 2023.
  supports: ["logGroupName", "logStreamName", "logEvents", "sequenceToken"],
  rules: {
    ...nameRules,
    logEvents: { length: [1, mostEvents] },
    "logEvents.timestamp": time,
    "logEvents.message": { length: [1, largestBatchBytes] },
  },
} as const;
/** AWS still gives one, which older clients read and send back; nothing looks at it. */
const nextSequenceToken = "49039859592370812483100210318361041184398842870398271106";

type PutInput = Supported<"logs", "PutLogEvents", (typeof putInput.supports)[number]>;

export function eventOperations(context: CloudContext, groups: LogGroups) {
  const operation = operationsOf("logs", context);
  return {
    ...operation(
      "PutLogEvents",
      putInput,
      (input) => groups.access("PutLogEvents", input.logGroupName, input.logStreamName),
      (input) => putLogEvents(context, groups, input),
    ),

    ...operation(
      "GetLogEvents",
      {
        supports: [
          ...(["logGroupName", "logStreamName", "startTime", "endTime"] as const),
          ...(["limit", "startFromHead", "nextToken"] as const),
        ],
        rules: readRules,
      },
      (input) => groups.access("GetLogEvents", requiredName(input), input.logStreamName),
      (input) => {
        const { limit = mostEvents, startFromHead = false, nextToken } = input;
        const { group, stream } = groups.requireStream(requiredName(input), input.logStreamName);
        const events = group
          .events(context.clock.now())
          .filter((event) => event.stream === stream && within(event, input));
        const read = readStream(events, { limit, startFromHead, nextToken });
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

    ...operation(
      "FilterLogEvents",
      {
        supports: [
          ...(["logGroupName", "logStreamNames", "logStreamNamePrefix", "startTime", "endTime"] as const),
          // The last is without effect in the real service: events are always interleaved.
          ...(["filterPattern", "limit", "nextToken", "interleaved"] as const),
        ],
        rules: { ...readRules, logStreamNames: { length: [1, 100] }, filterPattern: { length: [0, 1024] } },
      },
      (input) => groups.access("FilterLogEvents", requiredName(input)),
      (input) => {
        const { logStreamNamePrefix: prefix = "", limit = mostEvents } = input;
        const matches = parseFilterPattern(input.filterPattern ?? "");
        const names = input.logStreamNames === undefined ? undefined : new Set(input.logStreamNames);
        const found = groups
          .require(requiredName(input))
          .events(context.clock.now())
          .filter(
            (event) =>
              within(event, input) &&
              event.stream.name.startsWith(prefix) &&
              names?.has(event.stream.name) !== false &&
              matches(event.message),
          );
        const { items, next } = pageOf(found, input.nextToken, limit, "InvalidParameterException");
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
  input: PutInput,
): Output<"logs", "PutLogEvents"> {
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
  return {
    nextSequenceToken,
    ...(tooOld + tooNew > 0 ? { rejectedLogEventsInfo: rejected } : {}),
  };
}

function within(
  { timestamp }: StoredEvent,
  { startTime = 0, endTime = Infinity }: { readonly startTime?: number; readonly endTime?: number },
): boolean {
  return timestamp >= startTime && timestamp < endTime;
}
