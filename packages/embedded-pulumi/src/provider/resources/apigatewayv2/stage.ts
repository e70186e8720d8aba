import * as v from "valibot";
import type { CreateContext } from "../../resourceType";
import { definedOrNone, resource, tags } from "../../schemas";
import { apiArn } from "./api";
import { emptied, remapped, retagApi } from "./changes";

const limits = {
  throttlingBurstLimit: v.optional(v.number()),
  throttlingRateLimit: v.optional(v.number()),
  detailedMetricsEnabled: v.optional(v.boolean()),
};

function limitsOf(given: v.InferOutput<v.StrictObjectSchema<typeof limits, undefined>>) {
  return definedOrNone({
    ThrottlingBurstLimit: given.throttlingBurstLimit,
    ThrottlingRateLimit: given.throttlingRateLimit,
    DetailedMetricsEnabled: given.detailedMetricsEnabled,
  });
}

const stageInputs = v.strictObject({
  apiId: v.string(),
  name: v.string(),
  autoDeploy: v.optional(v.boolean()),
  description: v.optional(v.string()),
  accessLogSettings: v.optional(v.strictObject({ destinationArn: v.string(), format: v.string() })),
  defaultRouteSettings: v.optional(v.strictObject(limits)),
  routeSettings: v.optional(v.array(v.strictObject({ routeKey: v.string(), ...limits }))),
  stageVariables: v.optional(v.record(v.string(), v.string())),
  tags,
});

function stageSettings(inputs: v.InferOutput<typeof stageInputs>) {
  const { accessLogSettings } = inputs;
  return {
    ApiId: inputs.apiId,
    StageName: inputs.name,
    AutoDeploy: inputs.autoDeploy,
    Description: inputs.description,
    AccessLogSettings: accessLogSettings && {
      DestinationArn: accessLogSettings.destinationArn,
      Format: accessLogSettings.format,
    },
    DefaultRouteSettings: inputs.defaultRouteSettings && limitsOf(inputs.defaultRouteSettings),
    RouteSettings:
      inputs.routeSettings &&
      Object.fromEntries(
        inputs.routeSettings.map(({ routeKey, ...given }) => [routeKey, limitsOf(given) ?? {}]),
      ),
    StageVariables: inputs.stageVariables,
  };
}

function stageArn(context: CreateContext, apiId: string, name: string): string {
  return `${apiArn(context, apiId)}/stages/${name}`;
}

export const stage = resource({
  type: "aws:apigatewayv2/stage:Stage",
  inputs: stageInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { apiId, name } = inputs;
    await context.call("apigateway", "CreateStage", { ...stageSettings(inputs), Tags: inputs.tags });
    const { ApiEndpoint = "" } = await context.call("apigateway", "GetApi", { ApiId: apiId });
    const { region, accountId } = context;
    return {
      id: name,
      outputs: {
        arn: stageArn(context, apiId, name),
        executionArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${name}`,
        invokeUrl: `${ApiEndpoint}/${name === "$default" ? "" : name}`,
      },
    };
  },
  async update(change, context) {
    const { inputs, old, changed } = change;
    const { apiId: ApiId, name: StageName } = inputs;
    if (old.accessLogSettings !== undefined && inputs.accessLogSettings === undefined)
      await context.call("apigateway", "DeleteAccessLogSettings", { ApiId, StageName });
    for (const { routeKey } of old.routeSettings ?? [])
      if (inputs.routeSettings?.some((each) => each.routeKey === routeKey) !== true)
        await context.call("apigateway", "DeleteRouteSettings", { ApiId, StageName, RouteKey: routeKey });
    await context.call("apigateway", "UpdateStage", {
      ...stageSettings(inputs),
      ...(changed.has("defaultRouteSettings") && {
        DefaultRouteSettings: limitsOf(inputs.defaultRouteSettings ?? {}) ?? {},
      }),
      Description: inputs.description ?? emptied(change, "description"),
      StageVariables: remapped(inputs.stageVariables, old.stageVariables, ""),
    });
    await retagApi(change, stageArn(context, ApiId, StageName), context);
    return undefined;
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteStage", { ApiId: inputs.apiId, StageName: id });
  },
});
