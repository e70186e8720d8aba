import type { Statement } from "./iam/policyDocument";
import type { Principal } from "./iam/principal";

/**
 * Everything that happens in the embedded cloud, as one typed stream: the console, the demonstration and
 * tests subscribe to it. Times (`at`) are the cloud clock's, in milliseconds since the epoch.
 */
export type CloudEvent = {
  readonly at: number;
  /** The call in whose handling it happened, by its request's id; absent for what happens by itself. */
  readonly cause?: string;
} & (
  | RequestEvent
  | QueueEvent
  | TableEvent
  | FunctionEvent
  | LogEvent
  | AlarmEvent
  | RuleEvent
  | EncryptionEvent
  | InstanceEvent
  | EmailEvent
  | TopicEvent
  | ApiEvent
);

/** A call that a client or a function made to a service. */
export interface RequestEvent {
  readonly type: "request";
  readonly service: string;
  readonly operation: string;
  readonly caller: Principal;
  readonly requestId: string;
  /** In real milliseconds; left out for a call that no operation has taken up. */
  readonly durationMs?: number;
  /** X-Ray's id of the invocation that called, as its client passes it on: "1-5759e988-…". */
  readonly traceId?: string;
  /** What a role's or a service's policies were asked for; of a refused call, up to the access that was refused. */
  readonly accesses?: readonly DecidedAccess[];
  /** AWS's error code when the call was refused or failed. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** One permission that a call needed, and the statement that allowed or denied it; none when nothing allows it. */
export interface DecidedAccess {
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly by?: Statement;
}

export interface QueueEvent {
  readonly type: "message-sent" | "message-received" | "message-deleted" | "message-dead-lettered";
  readonly queueName: string;
  readonly messageId: string;
  readonly receiveCount: number;
  /** Of a message that was sent. */
  readonly body?: string;
  /** Of a message that was sent again: its id in the queue that it was taken out of. */
  readonly formerId?: string;
  /** Of a dead-lettered message: where it lies now. */
  readonly deadLetterQueueName?: string;
}

/** What handed an invocation its event, as far as it can be followed. */
export type InvocationSource =
  | { readonly kind: "queue"; readonly queueName: string; readonly messageIds: readonly string[] }
  | {
      readonly kind: "stream";
      readonly tableName: string;
      /** The keys of the items whose changes are in the batch, in DynamoDB's attribute-value form. */
      readonly keys: readonly Readonly<Record<string, unknown>>[];
    };

/** An item of a table changed; images are in DynamoDB's attribute-value form. */
export interface TableEvent {
  readonly type: "item-inserted" | "item-modified" | "item-removed";
  readonly tableName: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly newImage?: Readonly<Record<string, unknown>>;
  readonly oldImage?: Readonly<Record<string, unknown>>;
}

export type FunctionEvent =
  | {
      readonly type: "environment-started";
      readonly functionName: string;
      readonly environmentId: string;
      readonly initMs: number;
    }
  | {
      readonly type: "environment-stopped";
      readonly functionName: string;
      readonly environmentId: string;
      readonly reason: string;
    }
  | {
      readonly type: "invocation-started";
      readonly functionName: string;
      readonly requestId: string;
      readonly coldStart: boolean;
      readonly source?: InvocationSource;
      /** The event as it is handed to the function: JSON. */
      readonly payload: Uint8Array;
    }
  | {
      /** The function's code has the event: what it calls from now on carries the trace's id. */
      readonly type: "invocation-running";
      readonly functionName: string;
      readonly requestId: string;
      readonly environmentId: string;
      readonly logStreamName: string;
      readonly traceId: string;
    }
  | {
      readonly type: "invocation-ended";
      readonly functionName: string;
      readonly requestId: string;
      readonly durationMs: number;
      readonly outcome: "succeeded" | "failed" | "timed-out" | "crashed" | "throttled";
      /** The most memory that its environment has used so far, in MB; not of one that did not run. */
      readonly usedMemoryMb?: number;
      /** As Lambda reports it: the error's name, "Runtime.ImportModuleError", "Sandbox.Timedout". */
      readonly errorType?: string;
      readonly errorMessage?: string;
      /** File and line in the function's own code, by its source maps: "handlers/processOrders.ts:12". */
      readonly place?: string;
    }
  | {
      /** A batch of a stream is handed to its function, for the first time or again. */
      readonly type: "stream-batch-sent";
      readonly functionName: string;
      /** Of the batch's last record, since the stream received it. */
      readonly iteratorAgeMs: number;
    };

/** A line in a CloudWatch log group. */
export interface LogEvent {
  readonly type: "log";
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly message: string;
}

/** Omits `at` from each member of the union, for publishers: the stream stamps the time. */
type Stamped<T> = T extends unknown ? Omit<T, "at"> : never;

/** A CloudWatch alarm went from one state to another. */
export interface AlarmEvent {
  readonly type: "alarm-state-changed";
  readonly alarmName: string;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly previousState: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly reason: string;
}

/** EventBridge handed an event to a rule's target, or gave up on it. */
export interface RuleEvent {
  readonly type: "event-delivered" | "event-delivery-failed";
  readonly ruleName: string;
  readonly targetArn: string;
  readonly eventId: string;
  readonly detailType: string;
  /** Attempts made, the first one included. */
  readonly attempts: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** EventBridge could not use the key of a bus for an event: rules never saw it. */
export interface EncryptionEvent {
  readonly type: "event-not-encrypted";
  readonly busName: string;
  readonly eventId: string;
  readonly detailType: string;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** An EC2 instance went from one state to another; a new one comes from nowhere. */
export interface InstanceEvent {
  readonly type: "instance-state-changed";
  readonly instanceId: string;
  readonly state: "pending" | "running" | "shutting-down" | "terminated";
  readonly previousState?: "pending" | "running" | "shutting-down";
  readonly instanceType: string;
  readonly imageId: string;
  readonly availabilityZone: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** SES accepted an e-mail; it lies in the inbox. */
export interface EmailEvent {
  readonly type: "email-sent";
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** A message was published to an SNS topic. */
export interface TopicEvent {
  readonly type: "notification-published";
  readonly topicArn: string;
  readonly messageId: string;
  readonly subject?: string;
  readonly message: string;
}

/** An HTTP API answered a request. */
export interface ApiEvent {
  readonly type: "api-requested";
  readonly apiId: string;
  readonly stage: string;
  /** "POST /orders"; undefined where no route fits. */
  readonly routeKey?: string;
  readonly status: number;
  readonly latencyMs: number;
  readonly integrationLatencyMs?: number;
  /** Why the integration failed: the caller is not told. */
  readonly errorMessage?: string;
}

export class EventStream {
  readonly #listeners = new Set<(event: CloudEvent) => void>();

  constructor(private readonly now: () => number) {}

  /** The call whose operation runs just now, in this turn; whatever it publishes is its doing. */
  #cause: string | undefined;

  get cause(): string | undefined {
    return this.#cause;
  }

  /** Runs what is done for a call: what is published before it first waits has the call for its cause. */
  causing<T>(requestId: string, run: () => T): T {
    const before = this.#cause;
    this.#cause = requestId;
    try {
      return run();
    } finally {
      this.#cause = before;
    }
  }

  publish(event: Stamped<CloudEvent>): void {
    const at = this.now();
    const stamped = (
      this.#cause === undefined ? { at, ...event } : { at, cause: this.#cause, ...event }
    ) as CloudEvent;
    for (const listener of this.#listeners) listener(stamped);
  }

  /** Calls `listener` synchronously for each event from now on; returns what ends the subscription. */
  subscribe(listener: (event: CloudEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
