import { type Reader, type Readers, tagsFrom } from "./reader";

const api: Reader = async ({ id: ApiId }, { call }) => {
  const found = await call("apigateway", "GetApi", { ApiId });
  const cors = found.CorsConfiguration;
  return {
    inputs: {
      name: found.Name,
      description: found.Description,
      version: found.Version,
      corsConfiguration: cors && {
        allowCredentials: cors.AllowCredentials,
        allowHeaders: cors.AllowHeaders,
        allowMethods: cors.AllowMethods,
        allowOrigins: cors.AllowOrigins,
        exposeHeaders: cors.ExposeHeaders,
        maxAge: cors.MaxAge,
      },
      disableExecuteApiEndpoint: found.DisableExecuteApiEndpoint ?? false,
      tags: tagsFrom(found.Tags),
    },
    defaults: {
      disableExecuteApiEndpoint: false,
      corsConfiguration: cors && {
        ...(cors.AllowCredentials === false && { allowCredentials: false }),
        ...(cors.MaxAge === 0 && { maxAge: 0 }),
      },
    },
  };
};

const integration: Reader = async ({ id: IntegrationId, text }, { call }) => {
  const found = await call("apigateway", "GetIntegration", { ApiId: text("apiId"), IntegrationId });
  return {
    inputs: {
      integrationUri: found.IntegrationUri,
      // An integration with a service of AWS's has its own.
      ...(text("integrationSubtype") === "" && { integrationMethod: found.IntegrationMethod }),
      credentialsArn: found.CredentialsArn,
      description: found.Description,
      payloadFormatVersion: found.PayloadFormatVersion,
      timeoutMilliseconds: found.TimeoutInMillis,
      requestParameters: found.RequestParameters,
      responseParameters: Object.entries(found.ResponseParameters ?? {}).map(([statusCode, mappings]) => ({
        statusCode,
        mappings,
      })),
    },
    defaults: {
      payloadFormatVersion: "1.0",
      timeoutMilliseconds: 30_000,
      // Functions are called by POST.
      integrationMethod: found.IntegrationMethod === "POST" ? "POST" : undefined,
    },
  };
};

const authorizer: Reader = async ({ id: AuthorizerId, text }, { call }) => {
  const found = await call("apigateway", "GetAuthorizer", { ApiId: text("apiId"), AuthorizerId });
  return {
    inputs: {
      name: found.Name,
      authorizerType: found.AuthorizerType,
      identitySources: found.IdentitySource,
      jwtConfiguration: {
        audiences: found.JwtConfiguration?.Audience,
        issuer: found.JwtConfiguration?.Issuer,
      },
    },
  };
};

const route: Reader = async ({ id: RouteId, text }, { call }) => {
  const found = await call("apigateway", "GetRoute", { ApiId: text("apiId"), RouteId });
  return {
    inputs: {
      routeKey: found.RouteKey,
      target: found.Target,
      authorizationType: found.AuthorizationType ?? "NONE",
      authorizerId: found.AuthorizerId,
      authorizationScopes: found.AuthorizationScopes,
      operationName: found.OperationName,
    },
    defaults: { authorizationType: "NONE" },
  };
};

interface Limits {
  readonly ThrottlingBurstLimit?: number | undefined;
  readonly ThrottlingRateLimit?: number | undefined;
  readonly DetailedMetricsEnabled?: boolean | undefined;
}

function limitsOf(found: Limits | undefined) {
  return {
    throttlingBurstLimit: found?.ThrottlingBurstLimit,
    throttlingRateLimit: found?.ThrottlingRateLimit,
    detailedMetricsEnabled: found?.DetailedMetricsEnabled,
  };
}

const stage: Reader = async ({ id: StageName, text }, { call }) => {
  const found = await call("apigateway", "GetStage", { ApiId: text("apiId"), StageName });
  const routes: Readonly<Record<string, Limits>> = found.RouteSettings ?? {};
  return {
    inputs: {
      autoDeploy: found.AutoDeploy ?? false,
      description: found.Description,
      accessLogSettings: {
        destinationArn: found.AccessLogSettings?.DestinationArn,
        format: found.AccessLogSettings?.Format,
      },
      defaultRouteSettings: limitsOf(found.DefaultRouteSettings),
      routeSettings: Object.entries(routes).map(([routeKey, given]) => ({ routeKey, ...limitsOf(given) })),
      stageVariables: found.StageVariables,
      tags: tagsFrom(found.Tags),
    },
    defaults: {
      autoDeploy: false,
      ...(found.DefaultRouteSettings?.DetailedMetricsEnabled === false && {
        defaultRouteSettings: { detailedMetricsEnabled: false },
      }),
    },
  };
};

export const apigatewayv2Readers: Readers = {
  "aws:apigatewayv2/api:Api": api,
  "aws:apigatewayv2/integration:Integration": integration,
  "aws:apigatewayv2/authorizer:Authorizer": authorizer,
  "aws:apigatewayv2/route:Route": route,
  "aws:apigatewayv2/stage:Stage": stage,
};
