import * as v from "valibot";
import { resource, strings, textOf } from "../../schemas";
import { emptied } from "./changes";

const routeInputs = v.strictObject({
  apiId: v.string(),
  routeKey: v.string(),
  target: v.optional(v.string()),
  authorizationType: v.optional(textOf<"NONE" | "AWS_IAM" | "JWT" | "CUSTOM">()),
  authorizerId: v.optional(v.string()),
  authorizationScopes: strings,
  operationName: v.optional(v.string()),
});

function routeSettings(inputs: v.InferOutput<typeof routeInputs>) {
  return {
    ApiId: inputs.apiId,
    RouteKey: inputs.routeKey,
    Target: inputs.target,
    AuthorizationType: inputs.authorizationType,
    AuthorizerId: inputs.authorizerId,
    AuthorizationScopes: inputs.authorizationScopes,
    OperationName: inputs.operationName,
  };
}

export const route = resource({
  type: "aws:apigatewayv2/route:Route",
  inputs: routeInputs,
  async create(inputs, context) {
    const { RouteId = "" } = await context.call("apigateway", "CreateRoute", routeSettings(inputs));
    return { id: RouteId, outputs: {} };
  },
  async update(change, context) {
    const { id, inputs, changed } = change;
    await context.call("apigateway", "UpdateRoute", {
      RouteId: id,
      ...routeSettings(inputs),
      Target: inputs.target ?? emptied(change, "target"),
      AuthorizationType: inputs.authorizationType ?? "NONE",
      AuthorizerId: inputs.authorizerId ?? emptied(change, "authorizerId"),
      AuthorizationScopes: changed.has("authorizationScopes")
        ? (inputs.authorizationScopes ?? [])
        : inputs.authorizationScopes,
      OperationName: inputs.operationName ?? emptied(change, "operationName"),
    });
    return undefined;
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteRoute", { ApiId: inputs.apiId, RouteId: id });
  },
});
