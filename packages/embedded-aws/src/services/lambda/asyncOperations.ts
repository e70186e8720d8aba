import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { operation, type Operation } from "../../core/service";
import { DEFAULT_ASYNC_LIMITS } from "./asyncInvocations";
import { checkDestination } from "./destinations";
import { byName, functionName, qualifier } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import type { LambdaFunction } from "./lambdaFunction";

/** How a function's asynchronous invocations are retried, and where those go that fail for good. */
export function asyncOperations({ context, store }: FunctionParts): Record<string, Operation> {
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    PutFunctionEventInvokeConfig: operation(
      context,
      v.strictObject({
        FunctionName: functionName,
        Qualifier: qualifier,
        MaximumRetryAttempts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2))),
        MaximumEventAgeInSeconds: v.optional(
          v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(21_600)),
        ),
        DestinationConfig: v.optional(
          v.strictObject({ OnFailure: v.optional(v.strictObject({ Destination: v.optional(v.string()) })) }),
        ),
      }),
      on("PutFunctionEventInvokeConfig"),
      (input) => {
        const fn = store.get(input.FunctionName);
        const onFailureArn = input.DestinationConfig?.OnFailure?.Destination;
        if (onFailureArn !== undefined) {
          const field = "DestinationConfig.OnFailure.Destination";
          checkDestination(context, fn.settings.Role, onFailureArn, field, ["sqs", "sns", "lambda"]);
        }
        fn.asyncInvoke = {
          maximumRetryAttempts: input.MaximumRetryAttempts ?? DEFAULT_ASYNC_LIMITS.maximumRetryAttempts,
          maximumEventAgeSeconds:
            input.MaximumEventAgeInSeconds ?? DEFAULT_ASYNC_LIMITS.maximumEventAgeSeconds,
          ...(onFailureArn !== undefined && { onFailureArn }),
          lastModified: context.clock.now(),
        };
        return describe(fn);
      },
    ),

    GetFunctionEventInvokeConfig: operation(context, byName, on("GetFunctionEventInvokeConfig"), (input) =>
      describe(store.get(input.FunctionName)),
    ),

    DeleteFunctionEventInvokeConfig: operation(
      context,
      byName,
      on("DeleteFunctionEventInvokeConfig"),
      (input) => {
        const fn = store.get(input.FunctionName);
        describe(fn);
        delete fn.asyncInvoke;
        return {};
      },
    ),
  };
}

function describe(fn: LambdaFunction): object {
  if (fn.asyncInvoke === undefined) {
    throw new AwsError(
      "ResourceNotFoundException",
      `The function ${fn.arn}:$LATEST doesn't have an EventInvokeConfig`,
      404,
    );
  }
  const { maximumRetryAttempts, maximumEventAgeSeconds, onFailureArn, lastModified } = fn.asyncInvoke;
  return {
    FunctionArn: `${fn.arn}:$LATEST`,
    LastModified: lastModified / 1000,
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumEventAgeInSeconds: maximumEventAgeSeconds,
    DestinationConfig: { OnFailure: onFailureArn === undefined ? {} : { Destination: onFailureArn } },
  };
}
