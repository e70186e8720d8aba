import { pageOf } from "../../core/paging";
import type { Access, CloudContext, Service } from "../../core/service";
import { officialService, operationsOf, type Output } from "../../wire/operation";
import { span, Traces, type Trace } from "./traces";

/** X-Ray API reference: at most this many trace ids a call. */
const MOST_TRACE_IDS = 5;
const SUMMARIES_PER_PAGE = 100;

const count = { range: [0, Number.MAX_SAFE_INTEGER] } as const;

/** AWS X-Ray: takes segments, as Lambda and X-Ray's daemon send them, and shows the last traces. */
export function createXray(context: CloudContext): Service {
  const traces = new Traces();
  // No action of X-Ray's on traces knows resources: service authorization reference.
  const anywhere = (action: string) => (): Access[] => [{ action: `xray:${action}`, resource: "*" }];

  const operation = operationsOf("xray", context);
  return officialService("xray", {
    ...operation(
      "PutTraceSegments",
      { supports: ["TraceSegmentDocuments"] },
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
    ...operation(
      "PutTelemetryRecords",
      {
        supports: [
          ...(["TelemetryRecords.Timestamp", "TelemetryRecords.SegmentsReceivedCount"] as const),
          ...(["TelemetryRecords.SegmentsSentCount", "TelemetryRecords.SegmentsSpilloverCount"] as const),
          "TelemetryRecords.SegmentsRejectedCount",
        ],
        rules: {
          "TelemetryRecords.SegmentsReceivedCount": count,
          "TelemetryRecords.SegmentsSentCount": count,
          "TelemetryRecords.SegmentsSpilloverCount": count,
          "TelemetryRecords.SegmentsRejectedCount": count,
        },
      },
      anywhere("PutTelemetryRecords"),
      () => ({}),
    ),

    ...operation(
      "GetTraceSummaries",
      { supports: ["StartTime", "EndTime", "NextToken"] },
      anywhere("GetTraceSummaries"),
      ({ StartTime, EndTime, NextToken }) => {
        const found = traces.all().filter((trace) => {
          const start = span(trace).start * 1000;
          return start >= StartTime.getTime() && start <= EndTime.getTime();
        });
        const { items, next } = pageOf(found, NextToken, SUMMARIES_PER_PAGE, "InvalidRequestException");
        return {
          TraceSummaries: items.map(summary),
          TracesProcessedCount: items.length,
          ApproximateTime: new Date(context.clock.now()),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),

    ...operation(
      "BatchGetTraces",
      { supports: ["TraceIds"], rules: { TraceIds: { length: [0, MOST_TRACE_IDS] } } },
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
  });
}

function durationOf(trace: Trace): number {
  const { start, end } = span(trace);
  return end - start;
}

function summary(trace: Trace): NonNullable<Output<"xray", "GetTraceSummaries">["TraceSummaries"]>[number] {
  const some = (has: "fault" | "error" | "throttle") => trace.segments.some(({ segment }) => segment[has]);
  return {
    Id: trace.id,
    StartTime: new Date(span(trace).start * 1000),
    Duration: durationOf(trace),
    HasFault: some("fault"),
    HasError: some("error"),
    HasThrottle: some("throttle"),
    IsPartial: trace.segments.some(({ segment }) => segment.end_time === undefined),
  };
}
