import * as v from "valibot";
import { resource } from "../../schemas";

const aliasInputs = v.strictObject({
  name: v.string(),
  functionName: v.string(),
  functionVersion: v.string(),
  description: v.optional(v.string()),
  routingConfig: v.optional(
    v.strictObject({ additionalVersionWeights: v.optional(v.record(v.string(), v.number())) }),
  ),
});

function aliasInput(inputs: v.InferOutput<typeof aliasInputs>) {
  return {
    FunctionName: inputs.functionName,
    Name: inputs.name,
    FunctionVersion: inputs.functionVersion,
    Description: inputs.description,
    RoutingConfig: inputs.routingConfig && {
      AdditionalVersionWeights: inputs.routingConfig.additionalVersionWeights,
    },
  };
}

export const alias = resource({
  type: "aws:lambda/alias:Alias",
  inputs: aliasInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { AliasArn: arn = "" } = await context.call("lambda", "CreateAlias", aliasInput(inputs));
    const invokeArn = `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
    return { id: arn, outputs: { arn, invokeArn } };
  },
  async update({ inputs }, context) {
    const whole = aliasInput(inputs);
    await context.call("lambda", "UpdateAlias", {
      ...whole,
      Description: whole.Description ?? "",
      RoutingConfig: whole.RoutingConfig ?? {},
    });
    return undefined;
  },
  async delete({ functionName: FunctionName, name: Name }, _id, context) {
    await context.call("lambda", "DeleteAlias", { FunctionName, Name });
  },
});
