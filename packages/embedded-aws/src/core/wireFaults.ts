import type { ServerResponse } from "node:http";
import type { AwsError } from "./errors";
import type { WireResponse } from "./http";
import type { Principal } from "./iam/principal";

/** A call that has come over the wire, whose caller is known, and that nothing has been done about yet. */
export interface WireCall {
  /** "sqs" */
  readonly service: string;
  /** "SendMessage" */
  readonly operation: string;
  readonly caller: Principal;
  /** Whose key it is signed by: each of a function's processes has one of its own. */
  readonly accessKeyId: string;
}

/** What goes wrong between a client and the cloud. */
export type WireFault =
  /** It is not carried out, and this is the answer: a throttle, an outage. */
  | { readonly kind: "refused"; readonly error: AwsError }
  /** It is not carried out: the connection ends. */
  | { readonly kind: "lost-request" }
  /** It is carried out; then the connection ends, after nothing or half of the answer, or stays open and silent. */
  | {
      readonly kind: "lost-answer" | "cut-answer" | "no-answer";
      /** Called once it is carried out. */
      readonly carriedOut?: () => void;
    }
  /** It is carried out; the answer comes so many milliseconds of real time later: a client waits by its own clock. */
  | { readonly kind: "late-answer"; readonly ms: number };

/** How the way to the cloud behaves, for tests and measurements to set. Calls from within are not on it. */
export interface WireControls {
  /** Decides what goes wrong with the next call over the wire. Default: nothing. */
  faults: ((call: WireCall) => WireFault | undefined) | undefined;
}

/**
 * Answers a call that something goes wrong with.
 *
 * @param send sends a whole answer.
 */
export function answerFaultily(
  fault: Exclude<WireFault, { kind: "refused" | "lost-request" }>,
  answer: WireResponse,
  outgoing: ServerResponse,
  send: () => void,
): void {
  if (fault.kind === "late-answer") {
    setTimeout(send, fault.ms);
    return;
  }
  fault.carriedOut?.();
  switch (fault.kind) {
    case "lost-answer":
      outgoing.destroy();
      return;
    case "cut-answer": {
      const body = Buffer.from(answer.body);
      const { status, headers } = answer;
      outgoing.writeHead(status, { ...headers, "content-length": String(body.byteLength + 1) });
      outgoing.write(body.subarray(0, Math.ceil(body.byteLength / 2)), () => outgoing.destroy());
      return;
    }
    case "no-answer":
      // The client gives up, or the server ends with all its connections.
      return;
  }
}
