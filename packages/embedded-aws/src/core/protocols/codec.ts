import type { AwsError } from "../errors";

/** An HTTP request, read whole. */
export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded, without the query string. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What a request asks for. */
export interface Decoded {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The HTTP status of a success. */
  readonly status: number;
}

/** One wire protocol as one service speaks it: pure functions between HTTP and operations. */
export interface Codec {
  /** Throws an AwsError when the request is not of this protocol. */
  decode(request: WireRequest): Decoded;
  /** `output` is never a RawOutput: raw bytes need no encoding. */
  encode(output: object, decoded: Decoded, requestId: string): WireResponse;
  encodeError(error: AwsError, requestId: string): WireResponse;
}

/** A header's value; of a repeated header, the first. */
export function headerOf(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : value?.[0];
}
