import type { Cloud } from "embedded-aws";
import type { PropertyMap } from "../../../../src/engine/values";
import { functionOf, type Lifecycle, type Make, tags, TAGS } from "./parts";

const apiOf = async (make: Make) =>
  (await make("aws:apigatewayv2/api:Api", { name: "orders", protocolType: "HTTP" })).id;
const integrationOf = (apiId: string): PropertyMap => ({
  apiId,
  integrationType: "AWS_PROXY",
  integrationSubtype: "SQS-SendMessage",
  credentialsArn: "arn:aws:iam::000000000000:role/api",
  requestParameters: { QueueUrl: "q", MessageBody: "$request.body", DelaySeconds: "3" },
});
const jwt = (audience: string): PropertyMap => ({
  audiences: [audience],
  issuer: "https://accounts.example.com",
});
/** For a route of the one API that there is. */
const guarded = async (call: Cloud["call"]): Promise<PropertyMap> => {
  const { Items: apis } = await call("apigateway", "GetApis", {});
  const { Items } = await call("apigateway", "GetAuthorizers", { ApiId: apis?.[0]?.ApiId ?? "" });
  return {
    authorizationType: "JWT",
    authorizerId: Items?.[0]?.AuthorizerId ?? "",
    authorizationScopes: ["orders.write"],
  };
};

export const apigatewayv2: readonly Lifecycle[] = [
  {
    type: "aws:apigatewayv2/api:Api",
    base: () => ({ name: "orders", protocolType: "HTTP", tags }),
    changes: {
      name: { name: "others" },
      description: { description: "d" },
      version: { version: "2" },
      corsConfiguration: { corsConfiguration: { allowOrigins: ["https://shop.example.com"], maxAge: 60 } },
      disableExecuteApiEndpoint: { disableExecuteApiEndpoint: true },
      tags: TAGS,
    },
    // Of HTTP APIs there is one of each.
    silent: ["routeSelectionExpression", "apiKeySelectionExpression"],
    describe: async (call, ApiId) => ({
      ...(await call("apigateway", "GetApi", { ApiId })),
      ApiId: undefined,
      ApiEndpoint: undefined,
    }),
  },
  {
    type: "aws:apigatewayv2/integration:Integration",
    base: async (make) => integrationOf(await apiOf(make)),
    changes: {
      credentialsArn: { credentialsArn: "arn:aws:iam::000000000000:role/other" },
      description: { description: "d" },
      timeoutMilliseconds: { timeoutMilliseconds: 1000 },
      requestParameters: { requestParameters: { QueueUrl: "other", MessageBody: "$request.body" } },
      responseParameters: {
        responseParameters: [{ statusCode: "400", mappings: { "overwrite:statuscode": "422" } }],
      },
    },
    // A function's own, tried below, but for the one format that an integration with a subtype has.
    silent: ["integrationUri", "integrationMethod", "passthroughBehavior", "payloadFormatVersion"],
    describe: describeIntegration,
  },
  {
    type: "aws:apigatewayv2/integration:Integration",
    base: async (make) => {
      await functionOf(make, "other");
      const { outputs } = await functionOf(make);
      return {
        apiId: await apiOf(make),
        integrationType: "AWS_PROXY",
        integrationUri: outputs.arn!,
        payloadFormatVersion: "2.0",
      };
    },
    changes: {
      integrationUri: { integrationUri: "arn:aws:lambda:us-east-1:000000000000:function:other" },
      integrationMethod: { integrationMethod: "POST" },
    },
    silent: [
      ...["credentialsArn", "description", "timeoutMilliseconds", "requestParameters", "responseParameters"],
      // Functions are called in the newer one alone.
      "payloadFormatVersion",
      "passthroughBehavior",
    ],
    describe: describeIntegration,
  },
  {
    type: "aws:apigatewayv2/authorizer:Authorizer",
    base: async (make) => ({
      apiId: await apiOf(make),
      name: "people",
      authorizerType: "JWT",
      identitySources: ["$request.header.Authorization"],
      jwtConfiguration: jwt("shop"),
    }),
    changes: {
      name: { name: "others" },
      identitySources: { identitySources: ["$request.querystring.token"] },
      jwtConfiguration: { jwtConfiguration: jwt("other") },
    },
    // There is one here.
    silent: ["authorizerType"],
    describe: async (call, AuthorizerId, { apiId }) => ({
      ...(await call("apigateway", "GetAuthorizer", { ApiId: apiId as string, AuthorizerId })),
      AuthorizerId: undefined,
    }),
  },
  {
    type: "aws:apigatewayv2/route:Route",
    base: async (make) => {
      const apiId = await apiOf(make);
      const { id } = await make("aws:apigatewayv2/integration:Integration", integrationOf(apiId));
      await make("aws:apigatewayv2/authorizer:Authorizer", {
        apiId,
        name: "people",
        authorizerType: "JWT",
        identitySources: ["$request.header.Authorization"],
        jwtConfiguration: jwt("shop"),
      });
      return { apiId, routeKey: "POST /orders", target: `integrations/${id}` };
    },
    changes: {
      routeKey: { routeKey: "PUT /orders/{id}" },
      target: { target: undefined },
      authorizationType: { authorizationType: "AWS_IAM" },
      authorizerId: guarded,
      authorizationScopes: guarded,
      operationName: { operationName: "order" },
    },
    describe: async (call, RouteId, { apiId }) => {
      const route = await call("apigateway", "GetRoute", { ApiId: apiId as string, RouteId });
      return { ...route, AuthorizationScopes: route.AuthorizationScopes ?? [], RouteId: undefined };
    },
  },
  {
    type: "aws:apigatewayv2/stage:Stage",
    base: async (make) => ({ apiId: await apiOf(make), name: "$default", autoDeploy: true, tags }),
    changes: {
      description: { description: "d" },
      accessLogSettings: {
        accessLogSettings: {
          destinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:api",
          format: "$context.requestId",
        },
      },
      defaultRouteSettings: { defaultRouteSettings: { throttlingBurstLimit: 5, throttlingRateLimit: 2 } },
      routeSettings: { routeSettings: [{ routeKey: "POST /orders", throttlingRateLimit: 1 }] },
      stageVariables: { stageVariables: { a: "1" } },
      tags: TAGS,
    },
    // Stages without it are not supported.
    silent: ["autoDeploy"],
    describe: async (call, StageName, { apiId }) => {
      const stage = await call("apigateway", "GetStage", { ApiId: apiId as string, StageName });
      return { ...stage, DefaultRouteSettings: stage.DefaultRouteSettings ?? {} };
    },
  },
];

async function describeIntegration(call: Cloud["call"], IntegrationId: string, { apiId }: PropertyMap) {
  const integration = await call("apigateway", "GetIntegration", { ApiId: apiId as string, IntegrationId });
  return { ...integration, IntegrationId: undefined };
}
