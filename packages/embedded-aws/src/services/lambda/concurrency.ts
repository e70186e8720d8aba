import type { Conditions } from "../../core/conditions/conditions";
import { AwsError } from "../../core/errors";
import type { LambdaFunction } from "./lambdaFunction";

/** Counts what runs at this moment, and refuses what goes beyond a function's reservation or the account's limit. */
export class Concurrency {
  readonly #inFlight = new Map<LambdaFunction, number>();

  /** @param conditions of which `lambdaConcurrency` is how many run at one time, of all functions together. */
  constructor(
    private readonly conditions: Pick<Conditions, "lambdaConcurrency">,
    private readonly functions: () => Iterable<LambdaFunction>,
  ) {}

  get limit(): number {
    return this.conditions.lambdaConcurrency;
  }

  /** Takes one place, or throws TooManyRequestsException. */
  enter(fn: LambdaFunction): void {
    const running = this.#inFlight.get(fn) ?? 0;
    if (fn.reservedConcurrency !== undefined) {
      if (running >= fn.reservedConcurrency)
        throw tooMany("ReservedFunctionConcurrentInvocationLimitExceeded");
    } else if (this.#unreservedInFlight() >= this.limit - this.reserved()) {
      throw tooMany("ConcurrentInvocationLimitExceeded");
    }
    this.#inFlight.set(fn, running + 1);
  }

  leave(fn: LambdaFunction): void {
    const running = (this.#inFlight.get(fn) ?? 1) - 1;
    if (running === 0) this.#inFlight.delete(fn);
    else this.#inFlight.set(fn, running);
  }

  /** What all functions together, but for one, have reserved. */
  reserved(except?: LambdaFunction): number {
    let sum = 0;
    for (const fn of this.functions()) if (fn !== except) sum += fn.reservedConcurrency ?? 0;
    return sum;
  }

  #unreservedInFlight(): number {
    let sum = 0;
    for (const [fn, running] of this.#inFlight) if (fn.reservedConcurrency === undefined) sum += running;
    return sum;
  }
}

function tooMany(reason: string): AwsError {
  return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { Reason: reason });
}
