import { AwsError } from "../../core/errors";
import { operationsOf, type Output } from "../../wire/operation";
import { DEFAULT_ASYNC_LIMITS } from "./asyncInvocations";
import { checkDestination } from "./destinations";
import { byName, nameRules } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import type { LambdaFunction } from "./lambdaFunction";

/** How a function's asynchronous invocations are retried, and where those go that fail for good. */
export function asyncOperations({ context, store }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  return {
    ...operation(
      "PutFunctionEventInvokeConfig",
      {
        supports: [
          "FunctionName",
          "Qualifier",
          "MaximumRetryAttempts",
          "MaximumEventAgeInSeconds",
          "DestinationConfig.OnFailure",
        ],
        rules: {
          ...nameRules,
          MaximumRetryAttempts: { range: [0, 2] },
          MaximumEventAgeInSeconds: { range: [60, 21_600] },
        },
      },
      on("PutFunctionEventInvokeConfig"),
      (input) => {
        const { fn } = store.named(input);
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

    ...operation("GetFunctionEventInvokeConfig", byName, on("GetFunctionEventInvokeConfig"), (input) =>
      describe(store.named(input).fn),
    ),

    ...operation(
      "DeleteFunctionEventInvokeConfig",
      byName,
      on("DeleteFunctionEventInvokeConfig"),
      (input) => {
        const { fn } = store.named(input);
        describe(fn);
        delete fn.asyncInvoke;
        return {};
      },
    ),
  };
}

function describe(fn: LambdaFunction): Output<"lambda", "GetFunctionEventInvokeConfig"> {
  if (fn.asyncInvoke === undefined) {
    throw new AwsError(
      "ResourceNotFoundException",
      `The function ${fn.arn}:$LATEST doesn't have an EventInvokeConfig`,
    );
  }
  const { maximumRetryAttempts, maximumEventAgeSeconds, onFailureArn, lastModified } = fn.asyncInvoke;
  return {
    FunctionArn: `${fn.arn}:$LATEST`,
    LastModified: new Date(lastModified),
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumEventAgeInSeconds: maximumEventAgeSeconds,
    DestinationConfig: { OnFailure: onFailureArn === undefined ? {} : { Destination: onFailureArn } },
  };
}
