import type { Clock } from "./clock";
import { AwsError } from "./errors";
import type { Principal } from "./iam/principal";
import type { Random } from "./random";
import { isObject } from "./record";

/** What can go wrong on demand. */
export type Fault = {
  /** The share of the chances at which it strikes, from 0 to 1. */
  readonly rate: number;
} & (
  | {
      /** The process dies in the middle of an invocation, or its invocation never ends. Not waited for. */
      readonly kind: "crash" | "timeout";
      /** Default: every function. */
      readonly functionName?: string;
    }
  | {
      /** Each call of DynamoDB that a function makes takes `delayMs` longer, by the cloud's clock. */
      readonly kind: "slow-table";
      readonly tableName?: string;
      /** Default 1000. */
      readonly delayMs?: number;
    }
  | { readonly kind: "throttled-table"; readonly tableName?: string }
  | {
      /** A queue's batch is handed to its function twice, as SQS may do it at any time. */
      readonly kind: "duplicate";
      readonly queueName?: string;
    }
  | { readonly kind: "mail-refused" }
  | { readonly kind: "no-capacity" }
  | {
      /** A role's policies and those of resources count as if they did not allow it one action. */
      readonly kind: "permission";
      readonly roleName: string;
      /** "dynamodb:PutItem" */
      readonly action: string;
    }
);
export type FaultKind = Fault["kind"];
type FaultOf<Kind extends FaultKind, F = Fault> = F extends Fault
  ? Kind extends F["kind"]
    ? F
    : never
  : never;

/** A fault that is switched on, and how often it has struck. */
export interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  readonly struck: number;
}

/** Operations of DynamoDB that Lambda's pollers make of themselves. */
const STREAM_OPERATIONS: ReadonlySet<string> = new Set(["GetRecords", "GetShardIterator", "DescribeStream"]);

const SENDING: ReadonlySet<string> = new Set(["SendEmail", "SendBulkEmail"]);

/** The faults that are switched on. Their whims come from a sequence of their own. */
export class Faults {
  readonly #active = new Map<string, { fault: Fault; struck: number }>();
  #count = 0;

  constructor(
    private readonly random: Pick<Random, "next">,
    private readonly clock: Pick<Clock, "sleep">,
  ) {}

  /** Switches one on; returns the id that switches it off. @throws RangeError for a rate outside of 0 to 1. */
  add(fault: Fault): string {
    if (!(fault.rate >= 0 && fault.rate <= 1))
      throw new RangeError(`rate: got ${fault.rate}; expected a number from 0 to 1`);
    const id = `fault-${++this.#count}`;
    this.#active.set(id, { fault, struck: 0 });
    return id;
  }

  /** Returns whether it was on. */
  remove(id: string): boolean {
    return this.#active.delete(id);
  }

  all(): readonly ActiveFault[] {
    return [...this.#active].map(([id, { fault, struck }]) => ({ id, fault, struck }));
  }

  /** Whether a fault of the kind strikes just now: each that matches is asked once. */
  strikes<Kind extends FaultKind>(
    kind: Kind,
    matches: (fault: FaultOf<Kind>) => boolean,
  ): FaultOf<Kind> | undefined {
    if (this.#active.size === 0) return undefined;
    for (const entry of this.#active.values()) {
      const fault = entry.fault as FaultOf<Kind>;
      if (fault.kind !== kind || !matches(fault) || this.random.next() >= fault.rate) continue;
      entry.struck++;
      return fault;
    }
    return undefined;
  }

  isTaken(roleName: string, action: string): boolean {
    const wanted = action.toLowerCase();
    return (
      this.strikes(
        "permission",
        (fault) => fault.roleName === roleName && fault.action.toLowerCase() === wanted,
      ) !== undefined
    );
  }

  /**
   * What happens to a call before its operation sees it: an error that is thrown, or a delay. The administrator's
   * calls are left alone, so that whoever has switched a fault on can look at what it does.
   */
  beforeCall(
    service: string,
    operation: string,
    input: unknown,
    caller: Principal,
  ): Promise<void> | undefined {
    if (this.#active.size === 0 || caller.kind === "administrator") return undefined;
    if (service === "dynamodb" && !STREAM_OPERATIONS.has(operation)) {
      const tables = tablesIn(input);
      const isOn = ({ tableName }: { readonly tableName?: string }) =>
        tableName === undefined || tables.has(tableName);
      if (this.strikes("throttled-table", isOn) !== undefined)
        throw new AwsError(
          "ThrottlingException",
          "Throughput exceeds the current capacity of your table or index (a fault that was switched on).",
        );
      const slow = this.strikes("slow-table", isOn);
      if (slow !== undefined) return this.clock.sleep(slow.delayMs ?? 1000);
    }
    if (service === "ses" && SENDING.has(operation) && this.strikes("mail-refused", () => true))
      throw new AwsError("MessageRejected", "Email was refused (a fault that was switched on).");
    if (service === "ec2" && operation === "RunInstances" && this.strikes("no-capacity", () => true))
      throw new AwsError(
        "InsufficientInstanceCapacity",
        "We currently do not have sufficient capacity (a fault that was switched on).",
        500,
      );
    return undefined;
  }
}

/** The tables that a call of DynamoDB names, in whatever form. */
function tablesIn(input: unknown): ReadonlySet<string> {
  const tables = new Set<string>();
  if (!isObject(input)) return tables;
  const { TableName, RequestItems, TransactItems } = input;
  if (typeof TableName === "string") tables.add(TableName);
  if (isObject(RequestItems)) for (const name of Object.keys(RequestItems)) tables.add(name);
  if (Array.isArray(TransactItems))
    for (const item of TransactItems as readonly unknown[])
      if (isObject(item))
        for (const part of Object.values(item))
          if (isObject(part) && typeof part.TableName === "string") tables.add(part.TableName);
  return tables;
}
