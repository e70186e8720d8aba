import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { type Api, API_MEMBERS, type Apis, badRequest, updated } from "./apis";
import type { TagMap, Tags } from "./tags";

/** The ways of HTTP APIs: others are for WebSocket APIs. */
const ROUTE_SELECTION = "$request.method $request.path";
const KEY_SELECTION = "$request.header.x-api-key";

const LARGEST_PAGE = 500;

/** From "API Gateway quotas": the numbers are for HTTP APIs. */
const rules = {
  Name: { length: [1, 128] },
  Description: { length: [0, 1024] },
  Version: { length: [0, 64] },
  ProtocolType: { oneOf: ["HTTP", "WEBSOCKET"], supported: ["HTTP"] },
  RouteSelectionExpression: { supported: [ROUTE_SELECTION, "${request.method} ${request.path}"] },
  ApiKeySelectionExpression: { supported: [KEY_SELECTION] },
  IpAddressType: { oneOf: ["ipv4", "dualstack"], supported: ["ipv4"] },
  "CorsConfiguration.MaxAge": { range: [-1, 86_400] },
} as const;

const EXPRESSIONS = ["RouteSelectionExpression", "ApiKeySelectionExpression", "IpAddressType"] as const;

/** HTTP APIs themselves. */
export function apiOperations(context: CloudContext, apis: Apis, tags: Tags) {
  const operation = operationsOf("apigateway", context);
  const on = (verb: string) => (input: { readonly ApiId?: string }) => [
    {
      action: `apigateway:${verb}`,
      resource: input.ApiId === undefined ? apis.arnOf("apis") : apis.arnOf("apis", input.ApiId),
    },
  ];
  const shown = (api: Api) => described(api, apis.endpointOf(api), tags.list(apis.arnOf("apis", api.id)));
  return {
    ...operation(
      "CreateApi",
      { supports: [...API_MEMBERS, "ProtocolType", "Tags", ...EXPRESSIONS], rules },
      () => on("POST")({}),
      ({ ProtocolType: _type, Tags: given, ...input }) => {
        const {
          RouteSelectionExpression: _r,
          ApiKeySelectionExpression: _k,
          IpAddressType: _i,
          ...settings
        } = input;
        checkCors(settings.CorsConfiguration);
        const api = apis.create(settings);
        tags.add(apis.arnOf("apis", api.id), given ?? {});
        return shown(api);
      },
    ),

    ...operation("GetApi", { supports: ["ApiId"] }, on("GET"), ({ ApiId }) => shown(apis.get(ApiId))),

    ...operation(
      "GetApis",
      { supports: ["MaxResults", "NextToken"] },
      () => on("GET")({}),
      (input) => {
        const { items, NextToken } = pageOfAll(apis.list(), input);
        return { Items: items.map(shown), ...(NextToken === undefined ? {} : { NextToken }) };
      },
    ),

    ...operation(
      "UpdateApi",
      { supports: ["ApiId", ...API_MEMBERS, ...EXPRESSIONS], rules },
      on("PATCH"),
      ({
        ApiId,
        RouteSelectionExpression: _r,
        ApiKeySelectionExpression: _k,
        IpAddressType: _i,
        ...change
      }) => {
        checkCors(change.CorsConfiguration);
        const api = apis.get(ApiId);
        api.settings = updated(api.settings, change);
        return shown(api);
      },
    ),

    ...operation("DeleteCorsConfiguration", { supports: ["ApiId"] }, on("DELETE"), ({ ApiId }) => {
      const api = apis.get(ApiId);
      const { CorsConfiguration: _cors, ...rest } = api.settings;
      api.settings = rest;
      return {};
    }),

    ...operation("DeleteApi", { supports: ["ApiId"] }, on("DELETE"), ({ ApiId }) => {
      const api = apis.get(ApiId);
      apis.delete(ApiId);
      tags.forget(apis.arnOf("apis", ApiId));
      for (const name of api.stages.keys()) tags.forget(apis.arnOf("apis", ApiId, "stages", name));
      return {};
    }),
  };
}

/** `MaxResults` and `NextToken` of every list: both are texts. */
export function pageOfAll<T>(
  items: readonly T[],
  {
    MaxResults = String(LARGEST_PAGE),
    NextToken,
  }: { readonly MaxResults?: string; readonly NextToken?: string },
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const size = /^\d{1,3}$/.test(MaxResults) ? Number(MaxResults) : 0;
  if (size < 1 || size > LARGEST_PAGE)
    throw badRequest(`MaxResults: got "${MaxResults}"; expected 1 to ${LARGEST_PAGE}`);
  const { items: page, next } = pageOf(items, NextToken, size, "BadRequestException");
  return { items: page, ...(next === undefined ? {} : { NextToken: next }) };
}

/** "Configure CORS for HTTP APIs": credentials go with named origins only. */
function checkCors(cors: Api["settings"]["CorsConfiguration"]): void {
  if (cors?.AllowCredentials !== true) return;
  if (cors.AllowOrigins?.includes("*") === true)
    throw badRequest("allowCredentials is not allowed when allowOrigins contains *");
}

function described(api: Api, endpoint: string, tags: TagMap) {
  return {
    ...api.settings,
    ApiId: api.id,
    ApiEndpoint: endpoint,
    ProtocolType: "HTTP" as const,
    RouteSelectionExpression: ROUTE_SELECTION,
    ApiKeySelectionExpression: KEY_SELECTION,
    DisableExecuteApiEndpoint: api.settings.DisableExecuteApiEndpoint ?? false,
    CreatedDate: new Date(api.createdAt),
    Tags: tags,
  };
}
