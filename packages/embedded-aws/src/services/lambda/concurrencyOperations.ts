import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { operation, type Operation } from "../../core/service";
import { byName, functionName } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { ACCOUNT_CONCURRENCY, MIN_UNRESERVED_CONCURRENCY } from "./limits";

/** Reserved concurrency: how much of the account's concurrency is kept for a function, and bounds it. */
export function concurrencyOperations({ context, store, invoker }: FunctionParts): Record<string, Operation> {
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    PutFunctionConcurrency: operation(
      context,
      v.strictObject({
        FunctionName: functionName,
        ReservedConcurrentExecutions: v.pipe(v.number(), v.integer(), v.minValue(0)),
      }),
      on("PutFunctionConcurrency"),
      ({ FunctionName, ReservedConcurrentExecutions }) => {
        const fn = store.get(FunctionName);
        const available = ACCOUNT_CONCURRENCY - MIN_UNRESERVED_CONCURRENCY - invoker.concurrency.reserved(fn);
        if (ReservedConcurrentExecutions > available) {
          throw new AwsError(
            "InvalidParameterValueException",
            `ReservedConcurrentExecutions: got ${ReservedConcurrentExecutions}; expected at most ${available}, since ` +
              `${MIN_UNRESERVED_CONCURRENCY} of the account's ${ACCOUNT_CONCURRENCY} must stay unreserved`,
          );
        }
        fn.reservedConcurrency = ReservedConcurrentExecutions;
        return { ReservedConcurrentExecutions };
      },
    ),

    GetFunctionConcurrency: operation(context, byName, on("GetFunctionConcurrency"), (input) => {
      const { reservedConcurrency } = store.get(input.FunctionName);
      return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    }),

    DeleteFunctionConcurrency: operation(context, byName, on("DeleteFunctionConcurrency"), (input) => {
      delete store.get(input.FunctionName).reservedConcurrency;
      return {};
    }),
  };
}
