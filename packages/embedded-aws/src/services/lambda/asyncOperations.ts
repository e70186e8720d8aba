import { AwsError } from "../../core/errors";
import { operationsOf, type Output, type Supported } from "../../wire/operation";
import { DEFAULT_ASYNC_LIMITS } from "./asyncInvocations";
import { pageOf } from "./description";
import { checkDestination } from "./destinations";
import { byName, byNameAlone, nameRules } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import type { AsyncInvokeConfig, Target } from "./lambdaFunction";
import { revisionOf } from "./versions";

type Described = Output<"lambda", "GetFunctionEventInvokeConfig">;

const settable = {
  supports: [
    "FunctionName",
    "Qualifier",
    "MaximumRetryAttempts",
    "MaximumEventAgeInSeconds",
    "DestinationConfig.OnFailure",
    "DestinationConfig.OnSuccess",
  ],
  rules: {
    ...nameRules,
    MaximumRetryAttempts: { range: [0, 2] },
    MaximumEventAgeInSeconds: { range: [60, 21_600] },
  },
} as const;
type Settings = Supported<"lambda", "PutFunctionEventInvokeConfig", (typeof settable.supports)[number]>;

/** How a function's asynchronous invocations are retried, and where what comes of them goes. */
export function asyncOperations({ context, store }: FunctionParts) {
  const operation = operationsOf("lambda", context);
  const on = (action: string) => (input: { readonly FunctionName: string }) => [
    { action: `lambda:${action}`, resource: store.arnOf(store.nameOf(input.FunctionName)) },
  ];

  /** Sets what `input` names; the rest stays as it was in `former`. */
  function set(input: Settings, former: AsyncInvokeConfig | undefined): Described {
    const target = store.named(input);
    const { DestinationConfig: destinations, MaximumRetryAttempts: retries } = input;
    if (destinations === undefined && retries === undefined && input.MaximumEventAgeInSeconds === undefined) {
      throw new AwsError(
        "InvalidParameterValueException",
        "You must specify at least one of error handling or destination setting.",
      );
    }
    const destination = (kind: "OnFailure" | "OnSuccess", formerArn: string | undefined) => {
      if (destinations === undefined) return formerArn;
      const arn = destinations[kind]?.Destination;
      // An empty one takes the present one away.
      if (arn === undefined || arn === "") return undefined;
      const field = `DestinationConfig.${kind}.Destination`;
      if (arn === target.fn.arn || arn.startsWith(`${target.fn.arn}:`)) {
        throw new AwsError(
          "InvalidParameterValueException",
          "You can't specify the function as a destination for itself.",
        );
      }
      checkDestination(context, revisionOf(target).settings.Role, arn, field, ["sqs", "sns", "lambda"]);
      return arn;
    };
    const onFailureArn = destination("OnFailure", former?.onFailureArn);
    const onSuccessArn = destination("OnSuccess", former?.onSuccessArn);
    const defaults = former ?? DEFAULT_ASYNC_LIMITS;
    target.fn.asyncInvoke.set(target.qualifier, {
      maximumRetryAttempts: retries ?? defaults.maximumRetryAttempts,
      maximumEventAgeSeconds: input.MaximumEventAgeInSeconds ?? defaults.maximumEventAgeSeconds,
      ...(onFailureArn !== undefined && { onFailureArn }),
      ...(onSuccessArn !== undefined && { onSuccessArn }),
      lastModified: context.clock.now(),
    });
    return describe(target);
  }

  return {
    ...operation("PutFunctionEventInvokeConfig", settable, on("PutFunctionEventInvokeConfig"), (input) =>
      set(input, undefined),
    ),

    ...operation(
      "UpdateFunctionEventInvokeConfig",
      settable,
      on("UpdateFunctionEventInvokeConfig"),
      (input) => set(input, required(store.named(input))),
    ),

    ...operation("GetFunctionEventInvokeConfig", byName, on("GetFunctionEventInvokeConfig"), (input) =>
      describe(store.named(input)),
    ),

    ...operation(
      "ListFunctionEventInvokeConfigs",
      {
        supports: ["FunctionName", "Marker", "MaxItems"],
        rules: { ...byNameAlone.rules, MaxItems: { range: [1, 50] } },
      },
      on("ListFunctionEventInvokeConfigs"),
      ({ FunctionName, Marker, MaxItems }) => {
        const fn = store.get(FunctionName);
        const all = [...fn.asyncInvoke.keys()].map((qualifier) => describe({ fn, qualifier }));
        const { page, NextMarker } = pageOf(all, Marker, MaxItems);
        return { FunctionEventInvokeConfigs: page, NextMarker };
      },
    ),

    ...operation(
      "DeleteFunctionEventInvokeConfig",
      byName,
      on("DeleteFunctionEventInvokeConfig"),
      (input) => {
        const target = store.named(input);
        required(target);
        target.fn.asyncInvoke.delete(target.qualifier);
        return {};
      },
    ),
  };
}

function required({ fn, qualifier }: Target): AsyncInvokeConfig {
  const config = fn.asyncInvoke.get(qualifier);
  if (config !== undefined) return config;
  throw new AwsError(
    "ResourceNotFoundException",
    `The function ${fn.arn}:${qualifier} doesn't have an EventInvokeConfig`,
  );
}

function describe(target: Target): Described {
  const config = required(target);
  const destination = (arn: string | undefined) => (arn === undefined ? {} : { Destination: arn });
  return {
    FunctionArn: `${target.fn.arn}:${target.qualifier}`,
    LastModified: new Date(config.lastModified),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
    DestinationConfig: {
      OnSuccess: destination(config.onSuccessArn),
      OnFailure: destination(config.onFailureArn),
    },
  };
}
