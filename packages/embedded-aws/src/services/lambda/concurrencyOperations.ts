import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { byNameAlone } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { ACCOUNT_CONCURRENCY, MIN_UNRESERVED_CONCURRENCY } from "./limits";

/** Reserved concurrency: how much of the account's concurrency is kept for a function, and bounds it. */
export function concurrencyOperations({ context, store, invoker }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    ...operation(
      "PutFunctionConcurrency",
      {
        supports: ["FunctionName", "ReservedConcurrentExecutions"],
        rules: { ...byNameAlone.rules, ReservedConcurrentExecutions: { range: [0, Infinity] } },
      },
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

    ...operation("GetFunctionConcurrency", byNameAlone, on("GetFunctionConcurrency"), (input) => {
      const { reservedConcurrency } = store.get(input.FunctionName);
      return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    }),

    ...operation("DeleteFunctionConcurrency", byNameAlone, on("DeleteFunctionConcurrency"), (input) => {
      delete store.get(input.FunctionName).reservedConcurrency;
      return {};
    }),
  };
}
