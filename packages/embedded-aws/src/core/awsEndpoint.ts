import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Principal } from "./iam/principal";
import { authenticate, refusalOf, type AuthenticationOptions } from "./authenticate";
import { asAwsError, dispatch, publishRequest } from "./dispatch";
import type { RequestHead } from "./door";
import { notSupported, type AwsError } from "./errors";
import type { EventStream } from "./eventStream";
import type { Faults } from "./faults";
import type { WireRequest, WireResponse } from "./http";
import { encodeErrorLike } from "../wire/foreignRequest";
import { officialCodec, protocolOf } from "../wire/protocols";
import { operationHint } from "../wire/requestMarks";
import type { Shuffle } from "../wire/shuffleAnswer";
import { bodyLimit } from "./bodyLimit";
import { decodeBody } from "./contentEncoding";
import { readBody } from "./requestBody";
import type { Call, Service, ServiceName } from "./service";
import { readClaim } from "./signature";
import { answerFaultily, type WireControls, type WireFault } from "./wireFaults";

export interface AwsEndpointOptions {
  /** Filled while the cloud starts; empty until then. */
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly events: EventStream;
  readonly authentication: AuthenticationOptions;
  readonly faults: Faults;
  /** See `CloudOptions`. */
  readonly checkAnswers: boolean;
  /** See `DispatchOptions`. */
  readonly shuffle: Shuffle | undefined;
  readonly wire: WireControls;
  newRequestId(): string;
  /** Aborts when the cloud shuts down. */
  readonly shutdown: AbortSignal;
}

/** An answer, and what goes wrong with it; undefined for a call that never comes in. */
type Served = { readonly answer: WireResponse; readonly fault?: WireFault | undefined } | undefined;

/** Answers HTTP requests in AWS's protocols with the operations of the services. */
export function awsEndpoint(options: AwsEndpointOptions): RequestListener {
  const serve = async (incoming: IncomingMessage, signal: AbortSignal): Promise<Served> => {
    const requestId = options.newRequestId();
    const head = headOf(incoming);
    let request: WireRequest = { ...head, body: Buffer.alloc(0) };
    // A request whose caller is not certain is nobody's, and is not published.
    let caller: Principal | undefined;
    // Until an operation takes over and publishes the call itself.
    const published = { service: "unknown", operation: "unknown" };
    let encodeError = (error: AwsError) => encodeErrorLike(request, published.service, error, requestId);
    try {
      const raw = rawHeadOf(incoming);
      const claim = readClaim(raw, head.query);
      published.service = claim.service;
      const service = options.services.get(claim.service as ServiceName);
      const protocol = service && protocolOf(service.wire, request);
      if (service !== undefined && protocol !== undefined) {
        encodeError = (error) => officialCodec(service.wire, request).encodeError(error, requestId);
      }
      const authentication = authenticate(raw, claim, options.authentication);
      if (authentication.kind === "doubted") throw refusalOf(authentication.doubt, service, protocol);
      if (authentication.kind === "known") caller = authentication.caller;
      const limit = bodyLimit(claim.service);
      const sent = await readBody(incoming, limit);
      if (authentication.kind === "claimed") {
        // What is signed is the body as it came, before anything is decoded.
        const doubt = authentication.verify(sent);
        if (doubt !== undefined) throw refusalOf(doubt, service, protocol);
        caller = authentication.caller;
      }
      request = { ...head, body: await decodeBody(sent, incoming.headers["content-encoding"], limit) };
      if (service === undefined) throw notSupported(`The service "${claim.service}"`);
      published.operation = operationHint(request);
      const codec = officialCodec(service.wire, request);
      const decoded = codec.decode(request);
      const { operation } = decoded;
      const call = {
        service: claim.service,
        operation,
        caller: authentication.caller,
        accessKeyId: claim.accessKeyId,
      };
      const fault = options.wire.faults?.(call);
      if (fault?.kind === "lost-request") return undefined;
      if (fault?.kind === "refused") throw fault.error;
      let output: object;
      try {
        output = await dispatch(
          service,
          decoded.operation,
          decoded.input,
          { caller: authentication.caller, requestId, signal, ...traceOf(head) },
          {
            events: options.events,
            faults: options.faults,
            inProcess: false,
            checkAnswers: options.checkAnswers,
            shuffle: options.shuffle,
          },
        );
      } catch (error) {
        return { answer: encodeError(asAwsError(error)), fault };
      }
      return { answer: codec.encode(output, decoded, requestId), fault };
    } catch (cause) {
      const error = asAwsError(cause);
      if (caller !== undefined) {
        publishRequest(options.events, { ...published, caller, requestId }, error);
      }
      return { answer: encodeError(error) };
    }
  };

  return (incoming, outgoing) => {
    const controller = new AbortController();
    const abort = () => {
      controller.abort();
    };
    options.shutdown.addEventListener("abort", abort, { once: true });
    outgoing.once("close", () => {
      options.shutdown.removeEventListener("abort", abort);
      if (!outgoing.writableFinished) abort();
    });
    serve(incoming, controller.signal).then(
      (served) => {
        if (served === undefined) {
          outgoing.destroy();
          return;
        }
        const { answer, fault } = served;
        const whole = () => {
          send(answer, incoming, outgoing);
        };
        if (fault === undefined || fault.kind === "refused" || fault.kind === "lost-request") whole();
        else answerFaultily(fault, answer, outgoing, whole);
      },
      () => outgoing.destroy(),
    );
  };
}

function headOf(incoming: IncomingMessage): Omit<WireRequest, "body"> {
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: incoming.headers,
  };
}

/** The SDKs pass on the trace of the invocation that they run in. */
function traceOf(head: Pick<WireRequest, "headers">): Pick<Call, "traceId"> {
  const header = head.headers["x-amzn-trace-id"];
  const traceId = typeof header === "string" ? /(?:^|;)Root=([^;]{1,100})/.exec(header)?.[1] : undefined;
  return traceId === undefined ? {} : { traceId };
}

function rawHeadOf({ method = "GET", url = "/", rawHeaders }: IncomingMessage): RequestHead {
  return { method, target: url, rawHeaders };
}

function send(response: WireResponse, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (outgoing.destroyed) return;
  const { body } = response;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  // A body that was refused unread cannot be followed by another request on the same connection.
  const connection = incoming.complete ? {} : { connection: "close" };
  outgoing.writeHead(response.status, {
    ...response.headers,
    "content-length": String(length),
    ...connection,
  });
  // Text of as many bytes as characters is ASCII, which is copied as it is.
  if (typeof body === "string" && body.length === length) outgoing.end(body, "latin1");
  else outgoing.end(body);
}
