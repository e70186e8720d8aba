import * as v from "valibot";
import { retag } from "../retag";
import type { Change, CreateContext } from "../resourceType";
import { definedOrNone, resource, strings, tags, textOf } from "../schemas";

const cors = v.strictObject({
  allowCredentials: v.optional(v.boolean()),
  allowHeaders: strings,
  allowMethods: strings,
  allowOrigins: strings,
  exposeHeaders: strings,
  maxAge: v.optional(v.number()),
});

/** What a change takes away: API Gateway keeps a member that a call leaves out, and drops one that is empty. */
function emptied<Inputs extends object>(
  { inputs, old }: Pick<Change<Inputs>, "inputs" | "old">,
  property: keyof Inputs,
): "" | undefined {
  return old[property] !== undefined && inputs[property] === undefined ? "" : undefined;
}

/** A map as a change gives it: what is gone is there, and empty. */
function remapped<Value>(
  now: Readonly<Record<string, Value>> | undefined,
  then: Readonly<Record<string, Value>> | undefined,
  empty: Value,
): Record<string, Value> | undefined {
  if (now === undefined && then === undefined) return undefined;
  const gone = Object.keys(then ?? {}).map((key): [string, Value] => [key, empty]);
  return { ...Object.fromEntries(gone), ...now };
}

function retagApi(change: Parameters<typeof retag>[0], ResourceArn: string, context: CreateContext) {
  return retag(
    change,
    (Tags) => context.call("apigateway", "TagResource", { ResourceArn, Tags }),
    (TagKeys) => context.call("apigateway", "UntagResource", { ResourceArn, TagKeys }),
  );
}

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

function apiArn({ region }: CreateContext, apiId: string): string {
  return `arn:aws:apigateway:${region}::/apis/${apiId}`;
}

const api = resource({
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

const mappings = v.optional(v.record(v.string(), v.string()));

const integrationInputs = v.strictObject({
  apiId: v.string(),
  integrationType: textOf<"AWS_PROXY" | "HTTP_PROXY">(),
  integrationSubtype: v.optional(v.string()),
  integrationUri: v.optional(v.string()),
  integrationMethod: v.optional(v.string()),
  credentialsArn: v.optional(v.string()),
  description: v.optional(v.string()),
  connectionType: v.optional(textOf<"INTERNET" | "VPC_LINK">()),
  payloadFormatVersion: v.optional(v.string()),
  timeoutMilliseconds: v.optional(v.number()),
  requestParameters: mappings,
  responseParameters: v.optional(
    v.array(v.strictObject({ statusCode: v.string(), mappings: v.record(v.string(), v.string()) })),
  ),
});
type IntegrationInputs = v.InferOutput<typeof integrationInputs>;

function integrationSettings(inputs: IntegrationInputs) {
  return {
    ApiId: inputs.apiId,
    IntegrationType: inputs.integrationType,
    IntegrationSubtype: inputs.integrationSubtype,
    IntegrationUri: inputs.integrationUri,
    IntegrationMethod: inputs.integrationMethod,
    CredentialsArn: inputs.credentialsArn,
    Description: inputs.description,
    ConnectionType: inputs.connectionType,
    PayloadFormatVersion: inputs.payloadFormatVersion,
    TimeoutInMillis: inputs.timeoutMilliseconds,
    RequestParameters: inputs.requestParameters,
    ResponseParameters: responseParameters(inputs),
  };
}

function responseParameters({ responseParameters: given }: IntegrationInputs) {
  return given && Object.fromEntries(given.map(({ statusCode, mappings }) => [statusCode, mappings]));
}

const integration = resource({
  type: "aws:apigatewayv2/integration:Integration",
  inputs: integrationInputs,
  async create(inputs, context) {
    const { IntegrationId = "" } = await context.call(
      "apigateway",
      "CreateIntegration",
      integrationSettings(inputs),
    );
    return { id: IntegrationId, outputs: {} };
  },
  async update(change, context) {
    const { id, inputs, old } = change;
    await context.call("apigateway", "UpdateIntegration", {
      IntegrationId: id,
      ...integrationSettings(inputs),
      IntegrationUri: inputs.integrationUri ?? emptied(change, "integrationUri"),
      IntegrationMethod: inputs.integrationMethod ?? emptied(change, "integrationMethod"),
      CredentialsArn: inputs.credentialsArn ?? emptied(change, "credentialsArn"),
      Description: inputs.description ?? emptied(change, "description"),
      PayloadFormatVersion: inputs.payloadFormatVersion ?? "1.0",
      // The most that there is, and AWS's default.
      TimeoutInMillis: inputs.timeoutMilliseconds ?? 30_000,
      RequestParameters: remapped(inputs.requestParameters, old.requestParameters, ""),
      ResponseParameters: remapped(responseParameters(inputs), responseParameters(old), {}),
    });
    return undefined;
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteIntegration", { ApiId: inputs.apiId, IntegrationId: id });
  },
});

const authorizerInputs = v.strictObject({
  apiId: v.string(),
  name: v.string(),
  authorizerType: textOf<"JWT" | "REQUEST">(),
  identitySources: v.optional(v.array(v.string()), []),
  jwtConfiguration: v.optional(v.strictObject({ audiences: strings, issuer: v.optional(v.string()) })),
});

function authorizerSettings(inputs: v.InferOutput<typeof authorizerInputs>) {
  return {
    ApiId: inputs.apiId,
    Name: inputs.name,
    AuthorizerType: inputs.authorizerType,
    IdentitySource: inputs.identitySources,
    JwtConfiguration: inputs.jwtConfiguration && {
      Audience: inputs.jwtConfiguration.audiences,
      Issuer: inputs.jwtConfiguration.issuer,
    },
  };
}

const authorizer = resource({
  type: "aws:apigatewayv2/authorizer:Authorizer",
  inputs: authorizerInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { AuthorizerId = "" } = await context.call(
      "apigateway",
      "CreateAuthorizer",
      authorizerSettings(inputs),
    );
    return { id: AuthorizerId, outputs: {} };
  },
  async update({ id, inputs }, context) {
    await context.call("apigateway", "UpdateAuthorizer", { AuthorizerId: id, ...authorizerSettings(inputs) });
    return undefined;
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteAuthorizer", { ApiId: inputs.apiId, AuthorizerId: id });
  },
});

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

const route = resource({
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

const stage = resource({
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

export const apigatewayv2 = [api, integration, authorizer, route, stage];
