import type { RequestListener } from "node:http";
import type { PolicyChecks } from "./iam/policyChecks";
import type { Principal } from "./iam/principal";
import type { ServiceCaller } from "../wire/types";
import type { ServiceWire } from "../wire/serviceWire";
import type { Clock } from "./clock";
import type { EventStream } from "./eventStream";
import type { Random } from "./random";
import type { ServiceName } from "./serviceName";

export type { ServiceName } from "./serviceName";

/** One request to a service, as its operations see it. */
export interface Call {
  readonly caller: Principal;
  readonly requestId: string;
  /** Aborts when the client goes away or the cloud shuts down; long polls end by it. */
  readonly signal: AbortSignal;
}

/** One permission that a call needs; a call may need several. */
export interface Access {
  /** "sqs:SendMessage" */
  readonly action: string;
  /** The ARN acted upon, or "*" where the action has no resource. */
  readonly resource: string;
  /** Condition keys of this access beside the global ones ("aws:RequestTag/Fleet"). */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The resource's own policy, when it has one (a queue's, a function's). */
  readonly resourcePolicy?: unknown;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What every service is given: the one clock, the one stream, the one source of randomness, its siblings. */
export interface CloudContext {
  readonly clock: Clock;
  readonly events: EventStream;
  readonly random: Random;
  readonly region: string;
  readonly accountId: string;
  /** "http://127.0.0.1:4566"; known once the cloud listens. */
  endpoint(): string;
  /** Folder for files of this run (unpacked functions); removed on close. */
  readonly directory: string;
  /** Credentials of a role's session; calls signed with them come from that role. */
  issueCredentials(roleName: string, sessionName: string): Credentials;
  /** Throws AWS's `AccessDenied` when `caller` may not do all of `accesses`. */
  authorize(caller: Principal, accesses: readonly Access[]): void;
  /** What a policy must pass, beside its grammar, before a resource keeps it. */
  readonly policies: PolicyChecks;
  /** Calls an operation of any service in-process, with the same checks as over the wire. */
  readonly call: ServiceCaller<[caller: Principal, signal?: AbortSignal]>;
  /**
   * Hands every request under a path prefix ("/_lambda/") to `handler`: past the door, but before all AWS protocols and
   * their checks. Whatever it may do must be guarded by a secret of its own, or be fit for every program here.
   * Prefixes begin with "/_", which no AWS path does, and end with "/".
   */
  mount(prefix: string, handler: RequestListener): void;
}

/** How a service speaks on the wire: as AWS's model of it says, or by a codec that was written for it by hand. */
export type Protocol =
  | { readonly kind: "official"; readonly wire: ServiceWire }
  | { readonly kind: "awsJson"; readonly version: "1.0" | "1.1"; readonly targetPrefixes: readonly string[] }
  | { readonly kind: "awsQuery"; readonly namespace: string }
  | { readonly kind: "ec2Query"; readonly namespace: string }
  | { readonly kind: "restJson"; readonly routes: readonly Route[] };

/**
 * A REST route: "GET /2015-03-31/functions/{FunctionName}". Path labels, query parameters and the members of
 * a JSON body become members of the operation's input, in this order of precedence; a body that is not JSON
 * (an invocation's payload) arrives as `Payload`.
 */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly operation: string;
  readonly status?: number;
  /** The body is handed over raw, as a Buffer in `Payload`. */
  readonly rawBody?: boolean;
  /** Headers that are members of the input, by lower-case name: {"x-amz-invocation-type": "InvocationType"}. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An operation's answer: members as JSON; or raw bytes and headers, for REST operations that need them. */
export type Output = object | RawOutput;

export class RawOutput {
  constructor(
    readonly body: Uint8Array,
    readonly status = 200,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export type Operation = (input: unknown, call: Call) => Promise<Output>;

/** One AWS service of the embedded cloud: a name, a protocol, and the operations that it supports. */
export interface Service {
  readonly name: ServiceName;
  readonly protocol: Protocol;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Ends what the service started by itself: pollers, processes. */
  close?(): Promise<void>;
}
