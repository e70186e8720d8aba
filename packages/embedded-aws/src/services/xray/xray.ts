import * as v from "valibot";
import { pageOf } from "../../core/paging";
import { operation, type Access, type CloudContext, type Service } from "../../core/service";
import { span, Traces, type Trace } from "./traces";

/** X-Ray API reference: at most this many trace ids a call. */
const MOST_TRACE_IDS = 5;
const SUMMARIES_PER_PAGE = 100;

const count = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
const telemetryRecord = v.strictObject({
  /** Seconds since the epoch. */
  Timestamp: v.number(),
  SegmentsReceivedCount: count,
  SegmentsSentCount: count,
  SegmentsSpilloverCount: count,
  SegmentsRejectedCount: count,
});

/** AWS X-Ray: takes segments, as Lambda and X-Ray's daemon send them, and shows the last traces. */
export function createXray(context: CloudContext): Service {
  const traces = new Traces();
  // No action of X-Ray's on traces knows resources: service authorization reference.
  const anywhere = (action: string) => (): Access[] => [{ action: `xray:${action}`, resource: "*" }];

  return {
    name: "xray",
    protocol: {
      kind: "restJson",
      routes: [
        { method: "POST", path: "/TraceSegments", operation: "PutTraceSegments" },
        { method: "POST", path: "/TelemetryRecords", operation: "PutTelemetryRecords" },
        { method: "POST", path: "/TraceSummaries", operation: "GetTraceSummaries" },
        { method: "POST", path: "/Traces", operation: "BatchGetTraces" },
      ],
    },
    operations: {
      PutTraceSegments: operation(
        context,
        v.strictObject({ TraceSegmentDocuments: v.array(v.string()) }),
        anywhere("PutTraceSegments"),
        ({ TraceSegmentDocuments }) => ({
          UnprocessedTraceSegments: TraceSegmentDocuments.flatMap((document) => {
            const problem = traces.put(document);
            if (problem === undefined) return [];
            const { id, message } = problem;
            return [{ ...(id !== undefined && { Id: id }), ErrorCode: "ParseError", Message: message }];
          }),
        }),
      ),

      // What the sender counted about itself: AWS offers no way to read it, so nothing is kept.
      PutTelemetryRecords: operation(
        context,
        v.strictObject({ TelemetryRecords: v.array(telemetryRecord) }),
        anywhere("PutTelemetryRecords"),
        () => ({}),
      ),

      GetTraceSummaries: operation(
        context,
        v.strictObject({ StartTime: v.number(), EndTime: v.number(), NextToken: v.optional(v.string()) }),
        anywhere("GetTraceSummaries"),
        ({ StartTime, EndTime, NextToken }) => {
          const found = traces.all().filter((trace) => {
            const { start } = span(trace);
            return start >= StartTime && start <= EndTime;
          });
          const { items, next } = pageOf(found, NextToken, SUMMARIES_PER_PAGE, "InvalidRequestException");
          return {
            TraceSummaries: items.map(summary),
            TracesProcessedCount: items.length,
            ApproximateTime: context.clock.now() / 1000,
            ...(next === undefined ? {} : { NextToken: next }),
          };
        },
      ),

      BatchGetTraces: operation(
        context,
        v.strictObject({ TraceIds: v.pipe(v.array(v.string()), v.maxLength(MOST_TRACE_IDS)) }),
        anywhere("BatchGetTraces"),
        ({ TraceIds }) => ({
          Traces: TraceIds.flatMap((id) => {
            const trace = traces.get(id);
            if (trace === undefined) return [];
            const Segments = trace.segments.map(({ segment, document }) => ({
              Id: segment.id,
              Document: document,
            }));
            return [{ Id: id, Duration: durationOf(trace), LimitExceeded: false, Segments }];
          }),
          UnprocessedTraceIds: TraceIds.filter((id) => traces.get(id) === undefined),
        }),
      ),
    },
  };
}

function durationOf(trace: Trace): number {
  const { start, end } = span(trace);
  return end - start;
}

function summary(trace: Trace): object {
  const some = (has: "fault" | "error" | "throttle") => trace.segments.some(({ segment }) => segment[has]);
  return {
    Id: trace.id,
    StartTime: span(trace).start,
    Duration: durationOf(trace),
    HasFault: some("fault"),
    HasError: some("error"),
    HasThrottle: some("throttle"),
    IsPartial: trace.segments.some(({ segment }) => segment.end_time === undefined),
  };
}
