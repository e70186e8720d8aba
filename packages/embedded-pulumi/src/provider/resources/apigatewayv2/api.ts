import * as v from "valibot";
import type { CreateContext } from "../../resourceType";
import { resource, strings, tags, textOf } from "../../schemas";
import { emptied, retagApi } from "./changes";

const cors = v.strictObject({
  allowCredentials: v.optional(v.boolean()),
  allowHeaders: strings,
  allowMethods: strings,
  allowOrigins: strings,
  exposeHeaders: strings,
  maxAge: v.optional(v.number()),
});

const apiInputs = v.strictObject({
  name: v.string(),
  protocolType: textOf<"HTTP" | "WEBSOCKET">(),
  description: v.optional(v.string()),
  version: v.optional(v.string()),
  corsConfiguration: v.optional(cors),
  disableExecuteApiEndpoint: v.optional(v.boolean()),
  routeSelectionExpression: v.optional(v.string()),
  apiKeySelectionExpression: v.optional(v.string()),
  tags,
});

function apiSettings(inputs: v.InferOutput<typeof apiInputs>) {
  const { corsConfiguration: given } = inputs;
  return {
    Name: inputs.name,
    Description: inputs.description,
    Version: inputs.version,
    CorsConfiguration: given && {
      AllowCredentials: given.allowCredentials,
      AllowHeaders: given.allowHeaders,
      AllowMethods: given.allowMethods,
      AllowOrigins: given.allowOrigins,
      ExposeHeaders: given.exposeHeaders,
      MaxAge: given.maxAge,
    },
    DisableExecuteApiEndpoint: inputs.disableExecuteApiEndpoint,
    RouteSelectionExpression: inputs.routeSelectionExpression,
    ApiKeySelectionExpression: inputs.apiKeySelectionExpression,
  };
}

export function apiArn({ region }: CreateContext, apiId: string): string {
  return `arn:aws:apigateway:${region}::/apis/${apiId}`;
}

export const api = resource({
  type: "aws:apigatewayv2/api:Api",
  inputs: apiInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { ApiId = "", ApiEndpoint } = await context.call("apigateway", "CreateApi", {
      ...apiSettings(inputs),
      ProtocolType: inputs.protocolType,
      Tags: inputs.tags,
    });
    const { region, accountId } = context;
    return {
      id: ApiId,
      outputs: {
        apiEndpoint: ApiEndpoint,
        arn: apiArn(context, ApiId),
        executionArn: `arn:aws:execute-api:${region}:${accountId}:${ApiId}`,
      },
    };
  },
  async update(change, context) {
    const { id: ApiId, inputs, old } = change;
    if (old.corsConfiguration !== undefined && inputs.corsConfiguration === undefined)
      await context.call("apigateway", "DeleteCorsConfiguration", { ApiId });
    await context.call("apigateway", "UpdateApi", {
      ApiId,
      ...apiSettings(inputs),
      Description: inputs.description ?? emptied(change, "description"),
      Version: inputs.version ?? emptied(change, "version"),
      DisableExecuteApiEndpoint: inputs.disableExecuteApiEndpoint ?? false,
    });
    await retagApi(change, apiArn(context, ApiId), context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("apigateway", "DeleteApi", { ApiId: id });
  },
});
