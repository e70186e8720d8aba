import type { RequestListener } from "node:http";
import type { OriginRule, RequestHead } from "./door";
import type { PolicyDocument } from "./iam/policyDocument";
import type { Principal } from "./iam/principal";
import type { ServiceCaller } from "../wire/types";
import type { ServiceWire } from "../wire/serviceWire";
import type { Conditions } from "./conditions/conditions";
import type { Clock } from "./clock";
import type { ColdStore } from "./coldStore";
import type { DecidedAccess, EventStream } from "./eventStream";
import type { Faults } from "./faults";
import type { Keep } from "./keep";
import type { Random } from "./random";
import type { ServiceName } from "../wire/officialServices";

export type { ServiceName } from "../wire/officialServices";

/** One request to a service, as its operations see it. */
export interface Call {
  readonly caller: Principal;
  readonly requestId: string;
  /** Aborts when the client goes away or the cloud shuts down; long polls end by it. */
  readonly signal: AbortSignal;
  /** X-Ray's id of the invocation that calls, when its client passes it on. */
  readonly traceId?: string;
  /** Told of each permission that was asked for, in turn. */
  readonly onDecided?: (access: DecidedAccess) => void;
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

/** A function, as one decides whether it is inspected. */
export interface InspectedFunction {
  readonly name: string;
  /** Where its unpacked code lies. */
  readonly directory: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What services ask of a policy before they keep it, beside its grammar. */
export interface PolicyChecks {
  /**
   * The first principal of this account that is not there; undefined where all are. Other accounts are not here to be
   * asked, and take every name.
   */
  unknownPrincipal(document: PolicyDocument): string | undefined;
  /** Whether a caller may do something by its own policies and the resource's, to which the administrator is held too. */
  allows(caller: Principal, access: Access): boolean;
}

/** What every service is given: the one clock, the one stream, the one source of randomness, its siblings. */
export interface CloudContext {
  readonly clock: Clock;
  readonly events: EventStream;
  readonly random: Random;
  /**
   * How unkind the cloud is; see `CloudOptions`. They may change while it runs: read them where they count, and keep no
   * copy.
   */
  readonly conditions: Conditions;
  /** Tells of each change of the conditions, until what is returned is called. */
  whenConditionsChange(listener: () => void): () => void;
  /** What outlives the cloud; nothing does unless somebody has asked for it. */
  readonly keep: Keep;
  /** What goes wrong on demand; nothing does unless somebody has asked for it. */
  readonly faults: Faults;
  /** A sequence of its own for the whims of one condition: what is created does not depend on them. */
  chance(condition: keyof Conditions): Random;
  readonly region: string;
  readonly accountId: string;
  /** "http://127.0.0.1:4566"; known once the cloud listens. */
  endpoint(): string;
  /** The port of the inspector of a function's process; undefined for those that are not inspected. */
  readonly inspect?: (fn: InspectedFunction) => number | undefined;
  /** Folder for files of this run (unpacked functions); removed on close. */
  readonly directory: string;
  /** Where stores put what is seldom read. */
  readonly cold: ColdStore;
  /**
   * Credentials of a role's session; calls signed with them come from that role.
   *
   * @param expiresAt when they end, by the cloud's time in milliseconds since the epoch; never, by default.
   */
  issueCredentials(roleName: string, sessionName: string, expiresAt?: number): Credentials;
  /** Whether other services than IAM know a role, or an instance profile, by its ARN: a new one takes a while. */
  isSettled(arn: string): boolean;
  /** A role's unique id, by its ARN: one that is made anew under its name has another. Undefined where there is none. */
  idOfRole(arn: string): string | undefined;
  /**
   * Who has signed a request for `service` ("execute-api"), by the rules of every AWS request. Throws AwsError when nobody
   * has, or not for that service, or not rightly.
   */
  callerOf(head: RequestHead, service: string, body: Uint8Array): Principal;
  /** Throws AWS's `AccessDenied` when `caller` may not do all of `accesses`; tells of each, but for the administrator's. */
  authorize(
    caller: Principal,
    accesses: readonly Access[],
    onDecided?: (access: DecidedAccess) => void,
  ): void;
  /** What a policy must pass, beside its grammar, before a resource keeps it. */
  readonly policies: PolicyChecks;
  /** Calls an operation of any service in-process, with the same checks as over the wire. */
  readonly call: ServiceCaller<[caller: Principal, signal?: AbortSignal]>;
  /**
   * Hands every request under a path prefix ("/_lambda/") to `handler`: past the door, but before all AWS protocols and
   * their checks. Whatever it may do must be guarded by a secret of its own, or be fit for every program here.
   * Prefixes begin with "/_", which no AWS path does, and end with "/". Pages of the origins that `named` knows are let
   * in there, and nowhere else.
   */
  mount(prefix: string, handler: RequestListener, named?: OriginRule): void;
}

export type Operation = (input: unknown, call: Call) => Promise<object>;

/** One AWS service of the embedded cloud. */
export interface Service {
  readonly name: ServiceName;
  /** How it speaks, as AWS's model of it says. */
  readonly wire: ServiceWire;
  /** Those that it supports, by name. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** Ends what the service started by itself: pollers, processes. */
  close?(): Promise<void>;
}
