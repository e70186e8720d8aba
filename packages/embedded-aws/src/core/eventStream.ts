import type { Principal } from "./iam/principal";

/**
 * Everything that happens in the embedded cloud, as one typed stream: the console, the demonstration and
 * tests subscribe to it. Times (`at`) are the cloud clock's, in milliseconds since the epoch.
 */
export type CloudEvent = { readonly at: number } & (
  | RequestEvent
  | QueueEvent
  | TableEvent
  | FunctionEvent
  | LogEvent
  | AlarmEvent
  | RuleEvent
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
  /** AWS's error code when the call was refused or failed. */
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

export interface QueueEvent {
  readonly type: "message-sent" | "message-received" | "message-deleted" | "message-dead-lettered";
  readonly queueName: string;
  readonly messageId: string;
  readonly receiveCount: number;
}

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
    }
  | {
      readonly type: "invocation-ended";
      readonly functionName: string;
      readonly requestId: string;
      readonly durationMs: number;
      readonly outcome: "succeeded" | "failed" | "timed-out" | "crashed" | "throttled";
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

  publish(event: Stamped<CloudEvent>): void {
    const stamped = { at: this.now(), ...event } as CloudEvent;
    for (const listener of this.#listeners) listener(stamped);
  }

  /** Calls `listener` synchronously for each event from now on; returns what ends the subscription. */
  subscribe(listener: (event: CloudEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
