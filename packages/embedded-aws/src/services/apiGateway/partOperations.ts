import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { pageOfAll } from "./apiOperations";
import {
  type Api,
  type Apis,
  AUTHORIZER_MEMBERS,
  type AuthorizerSettings,
  badRequest,
  INTEGRATION_MEMBERS,
  partOf,
  ROUTE_MEMBERS,
  type RouteSettings,
  updated,
} from "./apis";
import { checkIntegration, integrationRules } from "./integration";

/** "Working with routes for HTTP APIs": "$default", or a method and a path with `{name}` and, last, `{name+}`. */
const ROUTE_KEY =
  /^(?:\$default|(?:ANY|GET|HEAD|OPTIONS|PATCH|POST|PUT|DELETE) \/(?:(?:[^/{}\s]+|\{[\w.-]+\})(?:\/(?:[^/{}\s]+|\{[\w.-]+\}))*(?:\/\{[\w.-]+\+\})?|\{[\w.-]+\+\})?)$/;

const routeRules = {
  AuthorizationType: { oneOf: ["NONE", "AWS_IAM", "JWT", "CUSTOM"], supported: ["NONE", "AWS_IAM", "JWT"] },
  AuthorizationScopes: { length: [0, 10] },
  ApiKeyRequired: { supported: [false] },
} as const;

const authorizerRules = {
  AuthorizerType: { oneOf: ["REQUEST", "JWT"], supported: ["JWT"] },
  Name: { length: [1, 128] },
} as const;

/** The parts of an API beside its stages: routes, integrations, authorizers. */
export function partOperations(context: CloudContext, apis: Apis) {
  const operation = operationsOf("apigateway", context);
  const on = (verb: string, kind: string) => (input: { readonly ApiId: string }) => [
    { action: `apigateway:${verb}`, resource: apis.arnOf("apis", input.ApiId, kind) },
  ];
  const onOne =
    (verb: string, kind: string, id: (input: never) => string) => (input: { readonly ApiId: string }) => [
      { action: `apigateway:${verb}`, resource: apis.arnOf("apis", input.ApiId, kind, id(input as never)) },
    ];
  const routeId = (input: { readonly RouteId: string }) => input.RouteId;
  const integrationId = (input: { readonly IntegrationId: string }) => input.IntegrationId;
  const authorizerId = (input: { readonly AuthorizerId: string }) => input.AuthorizerId;
  const list = { supports: ["ApiId", "MaxResults", "NextToken"] } as const;

  return {
    ...operation(
      "CreateRoute",
      { supports: ["ApiId", ...ROUTE_MEMBERS], rules: routeRules },
      on("POST", "routes"),
      ({ ApiId, ...settings }) => {
        const api = apis.get(ApiId);
        checkRoute(api, settings, undefined);
        const route = { id: apis.newId(), settings };
        api.routes.set(route.id, route);
        return shownRoute(route.id, settings);
      },
    ),
    ...operation(
      "GetRoute",
      { supports: ["ApiId", "RouteId"] },
      onOne("GET", "routes", routeId),
      ({ ApiId, RouteId }) => shownRoute(RouteId, partOf(apis.get(ApiId).routes, "Route", RouteId).settings),
    ),
    ...operation("GetRoutes", list, on("GET", "routes"), (input) => {
      const { items, ...next } = pageOfAll([...apis.get(input.ApiId).routes.values()], input);
      return { Items: items.map(({ id, settings }) => shownRoute(id, settings)), ...next };
    }),
    ...operation(
      "UpdateRoute",
      { supports: ["ApiId", "RouteId", ...ROUTE_MEMBERS], rules: routeRules },
      onOne("PATCH", "routes", routeId),
      ({ ApiId, RouteId, ...change }) => {
        const api = apis.get(ApiId);
        const route = partOf(api.routes, "Route", RouteId);
        const settings = updated(route.settings, change);
        checkRoute(api, settings, RouteId);
        route.settings = settings;
        return shownRoute(RouteId, settings);
      },
    ),
    ...operation(
      "DeleteRoute",
      { supports: ["ApiId", "RouteId"] },
      onOne("DELETE", "routes", routeId),
      ({ ApiId, RouteId }) => {
        const { routes } = apis.get(ApiId);
        partOf(routes, "Route", RouteId);
        routes.delete(RouteId);
        return {};
      },
    ),

    ...operation(
      "CreateIntegration",
      { supports: ["ApiId", ...INTEGRATION_MEMBERS], rules: integrationRules },
      on("POST", "integrations"),
      ({ ApiId, ...given }) => {
        const api = apis.get(ApiId);
        const settings = checkIntegration(given);
        const integration = { id: apis.newId(), settings };
        api.integrations.set(integration.id, integration);
        return { ...settings, IntegrationId: integration.id };
      },
    ),
    ...operation(
      "GetIntegration",
      { supports: ["ApiId", "IntegrationId"] },
      onOne("GET", "integrations", integrationId),
      ({ ApiId, IntegrationId }) => ({
        ...partOf(apis.get(ApiId).integrations, "Integration", IntegrationId).settings,
        IntegrationId,
      }),
    ),
    ...operation("GetIntegrations", list, on("GET", "integrations"), (input) => {
      const { items, ...next } = pageOfAll([...apis.get(input.ApiId).integrations.values()], input);
      return { Items: items.map(({ id, settings }) => ({ ...settings, IntegrationId: id })), ...next };
    }),
    ...operation(
      "UpdateIntegration",
      { supports: ["ApiId", "IntegrationId", ...INTEGRATION_MEMBERS], rules: integrationRules },
      onOne("PATCH", "integrations", integrationId),
      ({ ApiId, IntegrationId, ...change }) => {
        const integration = partOf(apis.get(ApiId).integrations, "Integration", IntegrationId);
        integration.settings = checkIntegration(updated(integration.settings, change));
        return { ...integration.settings, IntegrationId };
      },
    ),
    ...operation(
      "DeleteIntegration",
      { supports: ["ApiId", "IntegrationId"] },
      onOne("DELETE", "integrations", integrationId),
      ({ ApiId, IntegrationId }) => {
        const api = apis.get(ApiId);
        partOf(api.integrations, "Integration", IntegrationId);
        demandUnused(api, IntegrationId, ({ Target }) => Target === `integrations/${IntegrationId}`);
        api.integrations.delete(IntegrationId);
        return {};
      },
    ),

    ...operation(
      "CreateAuthorizer",
      { supports: ["ApiId", ...AUTHORIZER_MEMBERS], rules: authorizerRules },
      on("POST", "authorizers"),
      ({ ApiId, ...settings }) => {
        const api = apis.get(ApiId);
        checkAuthorizer(settings);
        const authorizer = { id: apis.newId(6), settings };
        api.authorizers.set(authorizer.id, authorizer);
        return { ...settings, AuthorizerId: authorizer.id };
      },
    ),
    ...operation(
      "GetAuthorizer",
      { supports: ["ApiId", "AuthorizerId"] },
      onOne("GET", "authorizers", authorizerId),
      ({ ApiId, AuthorizerId }) => ({
        ...partOf(apis.get(ApiId).authorizers, "Authorizer", AuthorizerId).settings,
        AuthorizerId,
      }),
    ),
    ...operation("GetAuthorizers", list, on("GET", "authorizers"), (input) => {
      const { items, ...next } = pageOfAll([...apis.get(input.ApiId).authorizers.values()], input);
      return { Items: items.map(({ id, settings }) => ({ ...settings, AuthorizerId: id })), ...next };
    }),
    ...operation(
      "UpdateAuthorizer",
      { supports: ["ApiId", "AuthorizerId", ...AUTHORIZER_MEMBERS], rules: authorizerRules },
      onOne("PATCH", "authorizers", authorizerId),
      ({ ApiId, AuthorizerId, ...change }) => {
        const authorizer = partOf(apis.get(ApiId).authorizers, "Authorizer", AuthorizerId);
        const settings = updated(authorizer.settings, change);
        checkAuthorizer(settings);
        authorizer.settings = settings;
        return { ...settings, AuthorizerId };
      },
    ),
    ...operation(
      "DeleteAuthorizer",
      { supports: ["ApiId", "AuthorizerId"] },
      onOne("DELETE", "authorizers", authorizerId),
      ({ ApiId, AuthorizerId }) => {
        const api = apis.get(ApiId);
        partOf(api.authorizers, "Authorizer", AuthorizerId);
        demandUnused(api, AuthorizerId, (route) => route.AuthorizerId === AuthorizerId);
        api.authorizers.delete(AuthorizerId);
        return {};
      },
    ),
  };
}

function shownRoute(RouteId: string, settings: RouteSettings) {
  return {
    ...settings,
    RouteId,
    AuthorizationType: settings.AuthorizationType ?? "NONE",
    ApiKeyRequired: false,
  };
}

/** @param id the route's own, where it exists already */
function checkRoute(api: Api, settings: RouteSettings, id: string | undefined): void {
  const { RouteKey, Target, AuthorizationType = "NONE", AuthorizerId, AuthorizationScopes = [] } = settings;
  if (!ROUTE_KEY.test(RouteKey))
    throw badRequest(`The provided route key is not formatted properly for HTTP protocol: ${RouteKey}`);
  for (const route of api.routes.values()) {
    if (route.id !== id && route.settings.RouteKey === RouteKey)
      throw new AwsError("ConflictException", `Route with key ${RouteKey} already exists for this API`, 409);
  }
  if (Target !== undefined) {
    const [, integrationId = ""] = /^integrations\/([a-z0-9]+)$/.exec(Target) ?? [];
    if (!api.integrations.has(integrationId)) throw badRequest(`Invalid target specified: ${Target}`);
  }
  if (AuthorizationType !== "JWT" && (AuthorizerId !== undefined || AuthorizationScopes.length > 0))
    throw badRequest("AuthorizerId and AuthorizationScopes go with the authorization type JWT");
  if (AuthorizationType === "JWT") partOf(api.authorizers, "Authorizer", AuthorizerId ?? "");
}

function checkAuthorizer({ IdentitySource, JwtConfiguration }: AuthorizerSettings): void {
  const [source = ""] = IdentitySource;
  if (IdentitySource.length !== 1 || !/^\$request\.(?:header|querystring)\.[\w-]+$/.test(source))
    throw badRequest(
      `IdentitySource: got ${JSON.stringify(IdentitySource)}; expected one $request.header.name or $request.querystring.name`,
    );
  if (JwtConfiguration?.Issuer === undefined || (JwtConfiguration.Audience ?? []).length === 0)
    throw badRequest("JwtConfiguration: expected an issuer and at least one audience");
  if (!/^https?:\/\/[^\s]+$/.test(JwtConfiguration.Issuer))
    throw badRequest(`Invalid issuer: ${JwtConfiguration.Issuer}. Issuer must be a URL`);
}

function demandUnused(api: Api, id: string, uses: (route: RouteSettings) => boolean): void {
  const user = [...api.routes.values()].find(({ settings }) => uses(settings));
  if (user === undefined) return;
  throw new AwsError(
    "ConflictException",
    `Cannot delete ${id}: the route ${user.settings.RouteKey} refers to it`,
    409,
  );
}
