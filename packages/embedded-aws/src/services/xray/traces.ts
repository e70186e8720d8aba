import * as v from "valibot";
import { largest, smallest } from "../../core/lists";
import { messageOf } from "../../core/messageOf";
import { parseJson } from "../../core/parseJson";

/** Of a segment document, what X-Ray itself reads: X-Ray developer guide, "AWS X-Ray segment documents". */
const segment = v.looseObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  trace_id: v.pipe(v.string(), v.regex(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)),
  /** Seconds since the epoch, with their fractions. */
  start_time: v.number(),
  /** Left out while the work is in progress. */
  end_time: v.optional(v.number()),
  error: v.optional(v.boolean(), false),
  fault: v.optional(v.boolean(), false),
  throttle: v.optional(v.boolean(), false),
});

export type Segment = v.InferOutput<typeof segment>;

export interface StoredSegment {
  readonly segment: Segment;
  /** The document as it was sent. */
  readonly document: string;
}

export interface Trace {
  readonly id: string;
  readonly segments: readonly StoredSegment[];
}

/** Largest segment document; bytes. */
const LARGEST_DOCUMENT_BYTES = 64 * 1024;
/** Traces kept; the oldest go first. AWS keeps them for 30 days. */
const KEPT = 1_000;

/** A document that cannot be kept, and why. */
export interface Unprocessed {
  readonly id: string | undefined;
  readonly message: string;
}

/** The traces of this account, newest last. */
export class Traces {
  readonly #traces = new Map<string, Map<string, StoredSegment>>();

  /** Keeps a segment; one that is sent again, once it is complete, takes the former's place. */
  put(document: string): Unprocessed | undefined {
    const parsed = parse(document);
    if ("message" in parsed) return parsed;
    const { trace_id, id } = parsed.segment;
    let segments = this.#traces.get(trace_id);
    if (segments === undefined) {
      segments = new Map();
      this.#traces.set(trace_id, segments);
      const [oldest] = this.#traces.keys();
      if (this.#traces.size > KEPT && oldest !== undefined) this.#traces.delete(oldest);
    }
    segments.set(id, parsed);
    return undefined;
  }

  get(id: string): Trace | undefined {
    const segments = this.#traces.get(id);
    return segments && { id, segments: [...segments.values()] };
  }

  all(): readonly Trace[] {
    return [...this.#traces].map(([id, segments]) => ({ id, segments: [...segments.values()] }));
  }
}

function parse(document: string): StoredSegment | Unprocessed {
  if (Buffer.byteLength(document) > LARGEST_DOCUMENT_BYTES) {
    return { id: undefined, message: `expected at most ${LARGEST_DOCUMENT_BYTES} bytes` };
  }
  let content: unknown;
  try {
    content = parseJson(document);
  } catch (error) {
    return { id: undefined, message: messageOf(error) };
  }
  const parsed = v.safeParse(segment, content);
  if (parsed.success) return { segment: parsed.output, document };
  const { id } = (content ?? {}) as { id?: unknown };
  return {
    id: typeof id === "string" ? id : undefined,
    message: parsed.issues
      .map((issue) => `${v.getDotPath(issue) ?? "the document"}: ${issue.message}`)
      .join("; "),
  };
}

/** From a trace's first start to its last end so far; both in seconds since the epoch. */
export function span({ segments }: Trace): { readonly start: number; readonly end: number } {
  return {
    start: smallest(segments.map(({ segment }) => segment.start_time)),
    end: largest(segments.map(({ segment }) => segment.end_time ?? segment.start_time)),
  };
}
