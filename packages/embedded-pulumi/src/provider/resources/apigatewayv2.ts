import * as v from "valibot";
import { definedOrNone, resource, strings, tags, textOf } from "../schemas";

const cors = v.strictObject({
  allowCredentials: v.optional(v.boolean()),
  allowHeaders: strings,
  allowMethods: strings,
  allowOrigins: strings,
  exposeHeaders: strings,
  maxAge: v.optional(v.number()),
});

const api = resource({
  type: "aws:apigatewayv2/api:Api",
  inputs: v.strictObject({
    name: v.string(),
    protocolType: textOf<"HTTP" | "WEBSOCKET">(),
    description: v.optional(v.string()),
    version: v.optional(v.string()),
    corsConfiguration: v.optional(cors),
    disableExecuteApiEndpoint: v.optional(v.boolean()),
    routeSelectionExpression: v.optional(v.string()),
    apiKeySelectionExpression: v.optional(v.string()),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { corsConfiguration: given } = inputs;
    const { ApiId = "", ApiEndpoint } = await context.call("apigateway", "CreateApi", {
      Name: inputs.name,
      ProtocolType: inputs.protocolType,
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
      Tags: inputs.tags,
    });
    const { region, accountId } = context;
    return {
      id: ApiId,
      outputs: {
        apiEndpoint: ApiEndpoint,
        arn: `arn:aws:apigateway:${region}::/apis/${ApiId}`,
        executionArn: `arn:aws:execute-api:${region}:${accountId}:${ApiId}`,
      },
    };
  },
  async delete(_inputs, id, context) {
    await context.call("apigateway", "DeleteApi", { ApiId: id });
  },
});

const mappings = v.optional(v.record(v.string(), v.string()));

const integration = resource({
  type: "aws:apigatewayv2/integration:Integration",
  inputs: v.strictObject({
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
  }),
  async create(inputs, context) {
    const { IntegrationId = "" } = await context.call("apigateway", "CreateIntegration", {
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
      ResponseParameters:
        inputs.responseParameters &&
        Object.fromEntries(
          inputs.responseParameters.map(({ statusCode, mappings }) => [statusCode, mappings]),
        ),
    });
    return { id: IntegrationId, outputs: {} };
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteIntegration", { ApiId: inputs.apiId, IntegrationId: id });
  },
});

const authorizer = resource({
  type: "aws:apigatewayv2/authorizer:Authorizer",
  inputs: v.strictObject({
    apiId: v.string(),
    name: v.string(),
    authorizerType: textOf<"JWT" | "REQUEST">(),
    identitySources: v.optional(v.array(v.string()), []),
    jwtConfiguration: v.optional(v.strictObject({ audiences: strings, issuer: v.optional(v.string()) })),
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { AuthorizerId = "" } = await context.call("apigateway", "CreateAuthorizer", {
      ApiId: inputs.apiId,
      Name: inputs.name,
      AuthorizerType: inputs.authorizerType,
      IdentitySource: inputs.identitySources,
      JwtConfiguration: inputs.jwtConfiguration && {
        Audience: inputs.jwtConfiguration.audiences,
        Issuer: inputs.jwtConfiguration.issuer,
      },
    });
    return { id: AuthorizerId, outputs: {} };
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteAuthorizer", { ApiId: inputs.apiId, AuthorizerId: id });
  },
});

const route = resource({
  type: "aws:apigatewayv2/route:Route",
  inputs: v.strictObject({
    apiId: v.string(),
    routeKey: v.string(),
    target: v.optional(v.string()),
    authorizationType: v.optional(textOf<"NONE" | "AWS_IAM" | "JWT" | "CUSTOM">()),
    authorizerId: v.optional(v.string()),
    authorizationScopes: strings,
    operationName: v.optional(v.string()),
  }),
  async create(inputs, context) {
    const { RouteId = "" } = await context.call("apigateway", "CreateRoute", {
      ApiId: inputs.apiId,
      RouteKey: inputs.routeKey,
      Target: inputs.target,
      AuthorizationType: inputs.authorizationType,
      AuthorizerId: inputs.authorizerId,
      AuthorizationScopes: inputs.authorizationScopes,
      OperationName: inputs.operationName,
    });
    return { id: RouteId, outputs: {} };
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

const stage = resource({
  type: "aws:apigatewayv2/stage:Stage",
  inputs: v.strictObject({
    apiId: v.string(),
    name: v.string(),
    autoDeploy: v.optional(v.boolean()),
    description: v.optional(v.string()),
    accessLogSettings: v.optional(v.strictObject({ destinationArn: v.string(), format: v.string() })),
    defaultRouteSettings: v.optional(v.strictObject(limits)),
    routeSettings: v.optional(v.array(v.strictObject({ routeKey: v.string(), ...limits }))),
    stageVariables: v.optional(v.record(v.string(), v.string())),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { apiId, name, accessLogSettings } = inputs;
    await context.call("apigateway", "CreateStage", {
      ApiId: apiId,
      StageName: name,
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
      Tags: inputs.tags,
    });
    const { ApiEndpoint = "" } = await context.call("apigateway", "GetApi", { ApiId: apiId });
    const { region, accountId } = context;
    return {
      id: name,
      outputs: {
        arn: `arn:aws:apigateway:${region}::/apis/${apiId}/stages/${name}`,
        executionArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${name}`,
        invokeUrl: `${ApiEndpoint}/${name === "$default" ? "" : name}`,
      },
    };
  },
  async delete(inputs, id, context) {
    await context.call("apigateway", "DeleteStage", { ApiId: inputs.apiId, StageName: id });
  },
});

export const apigatewayv2 = [api, integration, authorizer, route, stage];
