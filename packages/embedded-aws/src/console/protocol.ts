import type { ConditionsAsJson } from "../core/conditions/describeConditions";
import type { CloudEvent } from "../core/eventStream";
import type { ActiveFault, Fault } from "../core/faults";
import type { Graph, NodeKey } from "./graph";

/** What the console's page and the cloud say to each other. Types alone: both sides are checked against them. */

/** Where something can be sent. */
export type Target =
  | { readonly kind: "queue" | "topic" | "bus" | "function"; readonly name: string }
  | {
      readonly kind: "api";
      /** The API's id. */
      readonly name: string;
      readonly method: string;
      /** With its stage, unless that is `$default`, and its query: "/orders?state=new". */
      readonly path: string;
      /** A bearer's, for routes that ask for one; without it the request is signed, as IAM asks for. */
      readonly token?: string;
    };

/**
 * Something to send, as a project words it for its console. In its text `{{run}}` is another one for each sending, and
 * `{{n}}` the place within it, from 1.
 */
export interface Preset {
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  readonly target: Target;
  readonly body: string;
  /** How many; 1 to 10,000; default 1. */
  readonly count?: number;
}

/** One event in words. */
export interface Line {
  /** Counts up within a run of the cloud. */
  readonly n: number;
  readonly at: number;
  readonly type: CloudEvent["type"];
  readonly where?: NodeKey;
  readonly text: string;
  /** Something went wrong. */
  readonly bad?: true;
  /** What `trace` takes to show its way. */
  readonly id?: string;
}

export interface QueueState {
  readonly name: string;
  readonly arn: string;
  readonly available: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Milliseconds. */
  readonly oldestAge: number;
  readonly sent: number;
  readonly deleted: number;
  readonly fifo: boolean;
  /** The queue that its messages end in. */
  readonly deadLetters?: string;
  /** The queues whose messages end here, by their redrive policies. */
  readonly deadLettersOf: readonly string[];
}

export interface EnvironmentState {
  readonly id: string;
  readonly startedAt: number;
  readonly initMs: number;
  readonly busy: boolean;
}

export interface FunctionState {
  readonly name: string;
  readonly running: number;
  readonly environments: readonly EnvironmentState[];
  /** Of what the console has seen since it was opened, and of what was kept before. */
  readonly invocations: number;
  readonly errors: number;
  readonly coldStarts: number;
  /** What it may use, in MB, and the most that one of its environments has used; 0 before the first invocation. */
  readonly memoryMb: number;
  readonly usedMemoryMb: number;
  /** Milliseconds; the newest of up to 60. */
  readonly durations: readonly number[];
  /** The port of loopback at which Node's inspector of its next environments listens. */
  readonly inspector?: number;
  readonly lastError?: { readonly at: number; readonly text: string; readonly requestId: string };
}

export interface AlarmState {
  readonly name: string;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly since: number;
  readonly reason: string;
}

export interface InstanceState {
  readonly id: string;
  readonly state: "pending" | "running" | "shutting-down" | "terminated";
  readonly type: string;
  readonly zone: string;
  readonly launchedAt: number;
  /** Who launched it, and the invocation in which. */
  readonly launchedBy?: string;
  readonly requestId?: string;
}

export interface ClockState {
  readonly speed: number;
  readonly paused: boolean;
  /** Whether its speed can be changed at all: a test's clock cannot. */
  readonly settable: boolean;
}

/** A condition: what it is now, when it is off, and in an ordinary account of AWS. */
export type ConditionState = {
  readonly [Name in keyof ConditionsAsJson]: {
    readonly name: Name;
    readonly value: ConditionsAsJson[Name];
    readonly off: ConditionsAsJson[Name];
    readonly aws: ConditionsAsJson[Name];
  };
}[keyof ConditionsAsJson];

/** How everything stands just now. */
export interface State {
  readonly queues: readonly QueueState[];
  readonly functions: readonly FunctionState[];
  readonly tables: readonly { readonly name: string; readonly items: number }[];
  readonly topics: readonly string[];
  readonly buses: readonly string[];
  readonly apis: readonly { readonly id: string; readonly name: string }[];
  readonly alarms: readonly AlarmState[];
  readonly instances: readonly InstanceState[];
  readonly emails: number;
  readonly faults: readonly ActiveFault[];
  readonly clock: ClockState;
  /** How unkind the cloud is. */
  readonly conditions: readonly ConditionState[];
  readonly load?: { readonly demand: number; readonly inService: number; readonly cpu: number };
}

/** What comes by server-sent events. */
export type Frame =
  | {
      /** The first of each connection that could not be continued: forget what was before. */
      readonly type: "hello";
      /** Another one for each start of the cloud. */
      readonly run: string;
      /** To be sent with every question. */
      readonly secret: string;
      readonly region: string;
      readonly accountId: string;
      readonly endpoint: string;
      readonly project?: string;
      readonly stack?: string;
      readonly now: number;
      readonly graph: Graph;
      readonly presets: readonly Preset[];
      readonly fleet?: Fleet;
      readonly state: State;
      readonly lines: readonly Line[];
    }
  | {
      readonly type: "tick";
      readonly now: number;
      /** How often something passed a node, or an edge "from>to", since the last tick. */
      readonly marks: Readonly<Record<string, number>>;
      /** The same for what went wrong at a node. */
      readonly bad: Readonly<Record<string, number>>;
      readonly lines: readonly Line[];
      /** Events that are counted and not told, as there were too many. */
      readonly skipped: number;
    }
  | ({ readonly type: "state"; readonly now: number } & Partial<State>)
  | {
      readonly type: "graph";
      readonly graph: Graph;
      readonly presets: readonly Preset[];
      readonly fleet?: Fleet;
    };

/** The instances that a load can be put on, and how their scaler words its decisions. */
export interface Fleet {
  /** The instances that carry all of these tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** In instances' worth of work; the most that the slider offers. */
  readonly mostDemand: number;
  /** Where the scaler logs its decisions, one JSON object a line with a `message`. */
  readonly logGroupName?: string;
  /** The alarm whose metric is shown, with its threshold. */
  readonly alarmName?: string;
  /** The CPU that the scaler aims at, in percent. */
  readonly targetCpuPercent?: number;
}

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly state: "available" | "delayed" | "in-flight";
  readonly sentAt: number;
  readonly enteredAt: number;
  readonly receiveCount: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** The queue that gave it up, when SQS moved it. */
  readonly from?: string;
}

export type TraceOutcome = "done" | "running" | "retrying" | "dead-lettered" | "failed";

/** One way through the system, told by what began it. */
export interface TraceSummary {
  readonly id: string;
  readonly at: number;
  readonly title: string;
  readonly where?: NodeKey;
  readonly outcome: TraceOutcome;
  readonly durationMs: number;
  readonly steps: number;
}

/** A bar of the waterfall. */
export interface Span {
  readonly id: string;
  readonly depth: number;
  readonly kind: "message" | "invocation" | "call" | "item" | "email" | "notification" | "log" | "event";
  readonly title: string;
  readonly where?: NodeKey;
  readonly at: number;
  /** Milliseconds; 0 for what happens at once. */
  readonly durationMs: number;
  readonly bad?: true;
  readonly details: readonly string[];
}

export interface Trace extends TraceSummary {
  readonly body?: string;
  readonly spans: readonly Span[];
  /** Spans that are left out, as there are too many. */
  readonly left: number;
}

export interface LogLine {
  readonly at: number;
  readonly message: string;
  readonly stream: string;
}

export interface StatementUse {
  readonly role: string;
  readonly policy: string;
  readonly effect: "Allow" | "Deny";
  readonly sid?: string;
  readonly actions: string;
  readonly resources: string;
  /** How often it has decided since the cloud started. */
  readonly times: number;
}

export interface Series {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** Questions and orders: what each takes, and what it gives. */
export interface Asks {
  messages: [{ queue: string }, { messages: readonly QueuedMessage[]; left: number }];
  redrive: [{ queue: string; message?: string }, { moved: string }];
  resend: [{ queue: string; message: string; body: string }, { sentTo: string; id: string }];
  discard: [{ queue: string; message: string }, { discarded: boolean }];
  send: [
    { target: Target; body: string; count: number },
    { sent: number; failed: number; answer: string; id?: string },
  ];
  routes: [{ api: string }, { address: string; routes: readonly ApiRoute[] }];
  traces: [
    { query: string; outcome?: TraceOutcome },
    { traces: readonly TraceSummary[]; left: number; kept: number },
  ];
  trace: [{ id: string }, Trace];
  logs: [{ group: string; filter: string }, { lines: readonly LogLine[]; left: number; group: string }];
  invocations: [{ function: string }, { invocations: readonly Invocation[] }];
  replay: [{ requestId: string }, { status: string; answer: string }];
  inspect: [{ function: string; on: boolean }, { port?: number }];
  items: [{ table: string }, { items: readonly string[]; left: number }];
  inbox: [object, { emails: readonly Mail[]; total: number }];
  fleet: [
    object,
    {
      cpu: Series;
      threshold?: number;
      bands: readonly Band[];
      /** The newest state change of the alarm that reached a function, as it did: EventBridge's event, as JSON. */
      event?: {
        readonly at: number;
        readonly functionName: string;
        readonly requestId: string;
        readonly text: string;
      };
      decisions: readonly LogLine[];
      events: readonly Line[];
    },
  ];
  load: [{ demand: number }, { demand: number }];
  iam: [object, { statements: readonly StatementUse[]; refusals: readonly Refusal[] }];
  fault: [{ fault: Fault }, { id: string }];
  heal: [{ id: string }, { removed: boolean }];
  conditions: [{ change: Partial<ConditionsAsJson> }, { conditions: ConditionsAsJson }];
  clock: [{ speed?: number; paused?: boolean; stepMs?: number }, ClockState];
}

export interface ApiRoute {
  /** "POST /orders" */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** "NONE", "AWS_IAM", "JWT" */
  readonly authorization: string;
}

export interface Invocation {
  readonly requestId: string;
  readonly at: number;
  readonly coldStart: boolean;
  readonly durationMs?: number;
  readonly outcome: string;
  readonly error?: string;
}

export interface Mail {
  readonly id: string;
  readonly at: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: boolean;
}

/** A time in which an alarm was in a state. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
}

export interface Refusal {
  readonly at: number;
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  /** The statement that denied it, or that there is none which allows it. */
  readonly by: string;
  readonly times: number;
}

export type AskName = keyof Asks;
export type Question<Name extends AskName> = Asks[Name][0];
export type Reply<Name extends AskName> = Asks[Name][1];
