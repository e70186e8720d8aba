import { AwsError, type Cloud, type WireCall, type WireFault } from "embedded-aws";
import { seededRandom } from "embedded-aws/support";

/** What goes wrong with calls, each at this share of them; a process that is killed dies with its whole batch. */
const CALLS = {
  throttle: 0.02,
  outage: 0.02,
  "lost request": 0.01,
  "lost answer": 0.015,
  "cut answer": 0.01,
  "late answer": 0.02,
  "no answer": 0.001,
  "killed before a write": 0.003,
  "killed after a write": 0.003,
} as const;

/** What else goes wrong. */
const HAPPENINGS = [
  "conflict",
  "mail throttled",
  "mail refused",
  "duplicate",
  "reordering",
  "clock jump",
  "shard replay",
  "cancellation",
  "stock change",
  "redrive",
  "no capacity",
  "restart",
] as const;

export type FaultKind = keyof typeof CALLS | (typeof HAPPENINGS)[number];

export const faultKinds: readonly FaultKind[] = [
  ...(Object.keys(CALLS) as (keyof typeof CALLS)[]),
  ...HAPPENINGS,
];

/** Of the touches of an item, and of the mails. */
const CONFLICTS = 0.03;
/** Writes that tell a conflict of one item apart from other failures. */
const CONFLICTING: ReadonlySet<string> = new Set(["TransactWriteItems", "BatchExecuteStatement"]);
const THROTTLED_MAILS = 0.03;
/** One order in so many has an address that SES refuses for good. */
const REFUSED_MAILS = 40;
const LONGEST_DELAY_MS = 200;

/** The faults of one run, by its seed; those of other kinds do not change when one kind is left out. */
export class Faults {
  /** How often each kind has struck. */
  readonly struck = new Map<FaultKind, number>();
  readonly #calls = new Map<string, number>();

  constructor(
    private readonly seed: number,
    readonly kinds: ReadonlySet<FaultKind>,
  ) {}

  /** All faults so far. */
  get total(): number {
    return [...this.struck.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Counts a fault of a kind; false when this run has none of it. */
  strike(kind: FaultKind): boolean {
    if (!this.kinds.has(kind)) return false;
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
    return true;
  }

  /** Whether SES refuses all mail about this order. */
  refusesMail(orderId: string): boolean {
    return this.kinds.has("mail refused") && this.#draw("mail refused", hashOf(orderId)) < 1 / REFUSED_MAILS;
  }

  /** Lets things go wrong in a cloud, until the function that it returns is called. */
  loose(cloud: Pick<Cloud, "wire" | "lambda" | "dynamoDb" | "inbox">): () => void {
    const { wire, lambda, dynamoDb, inbox } = cloud;
    wire.faults = (call) => this.#faultOf(call, () => lambda.kill(call.accessKeyId));
    dynamoDb.faults = (operation) => this.#conflictOf(operation);
    inbox.fault = ({ subject }) => {
      const orderId = orderIdIn(subject) ?? "";
      if (this.refusesMail(orderId) && this.strike("mail refused"))
        return new AwsError("MessageRejected", "Address blacklisted.");
      const strikes = this.#next("SendEmail") < THROTTLED_MAILS && this.strike("mail throttled");
      return strikes ? new AwsError("TooManyRequestsException", "Rate exceeded", 429) : undefined;
    };
    return () => {
      wire.faults = undefined;
      dynamoDb.faults = undefined;
      // An address that is refused stays so.
      inbox.fault = ({ subject }) =>
        this.refusesMail(orderIdIn(subject) ?? "")
          ? new AwsError("MessageRejected", "Address blacklisted.")
          : undefined;
    };
  }

  #faultOf({ service, operation }: WireCall, kill: () => boolean): WireFault | undefined {
    const key = `${service}:${operation}`;
    const drawn = this.#next(key);
    let limit = 0;
    for (const [kind, share] of Object.entries(CALLS) as [keyof typeof CALLS, number][]) {
      limit += share;
      if (drawn < limit) return this.strike(kind) ? faultOf(kind, drawn, kill) : undefined;
    }
    return undefined;
  }

  #conflictOf(operation: string): AwsError | undefined {
    const drawn = this.#next(`item:${operation}`);
    if (drawn >= CONFLICTS || !this.strike("conflict")) return undefined;
    return drawn < CONFLICTS / 2 && CONFLICTING.has(operation)
      ? new AwsError("TransactionConflictException", "Transaction is ongoing for the item")
      : new AwsError("ProvisionedThroughputExceededException", "too fast");
  }

  #next(key: string): number {
    const count = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, count);
    return this.#draw(key, count);
  }

  /** What the seed draws for the `count`th of something. */
  #draw(key: string, count: number): number {
    return seededRandom((this.seed ^ hashOf(key) ^ Math.imul(count, 0x9e3779b1)) >>> 0).next();
  }
}

function faultOf(kind: keyof typeof CALLS, drawn: number, kill: () => boolean): WireFault {
  switch (kind) {
    case "throttle":
      return { kind: "refused", error: new AwsError("ThrottlingException", "Rate exceeded") };
    case "outage":
      return { kind: "refused", error: new AwsError("InternalServerError", "down", 500) };
    case "lost request":
      return { kind: "lost-request" };
    case "lost answer":
      return { kind: "lost-answer" };
    case "cut answer":
      return { kind: "cut-answer" };
    case "no answer":
      return { kind: "no-answer" };
    case "late answer":
      // Any of the draw's last digits.
      return { kind: "late-answer", ms: Math.ceil((drawn * 1e6) % LONGEST_DELAY_MS) };
    case "killed before a write":
      kill();
      return { kind: "lost-request" };
    case "killed after a write":
      return { kind: "lost-answer", carriedOut: () => kill() };
  }
}

/** The order that a confirmation is about, by its subject. */
export function orderIdIn(subject: string): string | undefined {
  return /^Your order (\S+) is /.exec(subject)?.[1];
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
