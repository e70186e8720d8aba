import { AwsError } from "../../core/errors";
import { operationsOf } from "../../wire/operation";
import { byNameAlone } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { minUnreserved } from "./limits";

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
        const { limit } = invoker.concurrency;
        const unreserved = limit - invoker.concurrency.reserved(fn) - ReservedConcurrentExecutions;
        if (unreserved < minUnreserved(limit)) {
          throw new AwsError(
            "InvalidParameterValueException",
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
              `below its minimum value of [${minUnreserved(limit)}].`,
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
