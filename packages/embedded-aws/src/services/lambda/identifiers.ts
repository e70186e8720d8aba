import type { Random } from "../../core/random";

/** "2026/01/31/[$LATEST]0123…": one log stream to an environment. */
export function logStreamNameAt(nowMs: number, version: string, random: Random): string {
  return `${new Date(nowMs).toISOString().slice(0, 10).replaceAll("-", "/")}/[${version}]${random.hex(32)}`;
}

/** The trace that an invocation belongs to. */
export interface TraceHeader {
  /** "1-5759e988-bd862e3fe1be46a994272793": the second of its start, and chance. */
  readonly traceId: string;
  /** Of the invocation's own segment, the parent of whatever the function adds to the trace. */
  readonly segmentId: string;
  /** Whether the invocation is sent to X-Ray; functions and SDK clients pass the header on either way. */
  readonly sampled: boolean;
}

export function newTrace(nowMs: number, random: Random, sampled: boolean): TraceHeader {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, "0");
  return { traceId: `1-${seconds}-${random.hex(24)}`, segmentId: random.hex(16), sampled };
}

/** As it stands in the variable `_X_AMZN_TRACE_ID`. */
export function formatTrace({ traceId, segmentId, sampled }: TraceHeader): string {
  return `Root=${traceId};Parent=${segmentId};Sampled=${sampled ? 1 : 0}`;
}
