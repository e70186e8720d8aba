import type { AwsError } from "../core/errors";
import type { WireRequest, WireResponse } from "../core/http";

/** What a request asks for. */
export interface Decoded {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The HTTP status of a success. */
  readonly status: number;
}

/** One wire protocol as one service speaks it: pure functions between HTTP and operations. */
export interface Codec {
  /** @throws AwsError when the request is not of this protocol */
  decode(request: WireRequest): Decoded;
  encode(output: object, decoded: Decoded, requestId: string): WireResponse;
  encodeError(error: AwsError, requestId: string): WireResponse;
}
