import type { Input } from "embedded-aws";
import * as v from "valibot";
import type { CreateContext } from "../../resourceType";
import { defined, resource } from "../../schemas";
import { untilSettled } from "../../untilSettled";

const asyncDestination = v.optional(v.strictObject({ destination: v.string() }));

const invokeConfigInputs = v.strictObject({
  functionName: v.string(),
  qualifier: v.optional(v.string()),
  maximumEventAgeInSeconds: v.optional(v.number()),
  maximumRetryAttempts: v.optional(v.number()),
  destinationConfig: v.optional(v.strictObject({ onFailure: asyncDestination, onSuccess: asyncDestination })),
});

async function putInvokeConfig(
  inputs: v.InferOutput<typeof invokeConfigInputs>,
  context: CreateContext,
): Promise<void> {
  const { onFailure, onSuccess } = inputs.destinationConfig ?? {};
  const input: Input<"lambda", "PutFunctionEventInvokeConfig"> = {
    FunctionName: inputs.functionName,
    Qualifier: inputs.qualifier,
    MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
    MaximumRetryAttempts: inputs.maximumRetryAttempts,
    DestinationConfig: defined({
      OnFailure: onFailure && { Destination: onFailure.destination },
      OnSuccess: onSuccess && { Destination: onSuccess.destination },
    }),
  };
  await untilSettled(context, () => context.call("lambda", "PutFunctionEventInvokeConfig", input));
}

export const functionEventInvokeConfig = resource({
  type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  inputs: invokeConfigInputs,
  async create(inputs, context) {
    await putInvokeConfig(inputs, context);
    const { functionName, qualifier } = inputs;
    return { id: qualifier === undefined ? functionName : `${functionName}:${qualifier}`, outputs: {} };
  },
  async update({ inputs }, context) {
    // It takes the place of what there was.
    await putInvokeConfig(inputs, context);
    return undefined;
  },
  async delete(inputs, _id, context) {
    await context.call("lambda", "DeleteFunctionEventInvokeConfig", {
      FunctionName: inputs.functionName,
      Qualifier: inputs.qualifier,
    });
  },
});
