import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { pageOfAll } from "./apiOperations";
import {
  type Apis,
  badRequest,
  partOf,
  type Stage,
  STAGE_MEMBERS,
  type StageSettings,
  updated,
} from "./apis";
import type { TagMap, Tags } from "./tags";

/** Of the account, for each route that has no limits of its own: "API Gateway quotas". */
export const ACCOUNT_THROTTLE = { burst: 5_000, ratePerSecond: 10_000 } as const;

const rules = {
  StageName: { pattern: /^(?:\$default|[A-Za-z0-9_-]{1,128})$/ },
  // A stage without it shows what was deployed last; deployments are not here.
  AutoDeploy: { supported: [true] },
  "DefaultRouteSettings.ThrottlingBurstLimit": { range: [0, ACCOUNT_THROTTLE.burst] },
  // For HTTP APIs there is neither: the members are WebSocket APIs'.
  "DefaultRouteSettings.DataTraceEnabled": { supported: [false] },
  "DefaultRouteSettings.LoggingLevel": { oneOf: ["ERROR", "INFO", "OFF"], supported: ["OFF"] },
  Description: { length: [0, 1024] },
} as const;

/** Stages: where an API answers, how much it takes, and where it says who called. */
export function stageOperations(context: CloudContext, apis: Apis, tags: Tags) {
  const operation = operationsOf("apigateway", context);
  const on =
    (verb: string, ...below: readonly string[]) =>
    (input: { readonly ApiId: string; readonly StageName?: string }) => [
      {
        action: `apigateway:${verb}`,
        resource: apis.arnOf(
          ...["apis", input.ApiId, "stages"],
          ...(input.StageName === undefined ? [] : [input.StageName, ...below]),
        ),
      },
    ];
  const arnOf = (apiId: string, stage: string) => apis.arnOf("apis", apiId, "stages", stage);
  const shown = (apiId: string, stage: Stage) => described(stage, tags.list(arnOf(apiId, stage.name)));
  return {
    ...operation(
      "CreateStage",
      { supports: ["ApiId", "StageName", "Tags", ...STAGE_MEMBERS], rules },
      ({ ApiId }) => on("POST")({ ApiId }),
      ({ ApiId, StageName, Tags: given, ...settings }) => {
        const { stages } = apis.get(ApiId);
        if (stages.has(StageName)) throw new AwsError("ConflictException", "Stage already exists", 409);
        if (settings.AutoDeploy !== true)
          throw new AwsError(
            "NotSupportedByEmbeddedCloud",
            "A stage without AutoDeploy is not supported by the embedded cloud",
            501,
          );
        checkStage(settings);
        const now = context.clock.now();
        const stage: Stage = {
          name: StageName,
          createdAt: now,
          updatedAt: now,
          settings,
          buckets: new Map(),
        };
        stages.set(StageName, stage);
        tags.add(arnOf(ApiId, StageName), given ?? {});
        return shown(ApiId, stage);
      },
    ),
    ...operation("GetStage", { supports: ["ApiId", "StageName"] }, on("GET"), ({ ApiId, StageName }) =>
      shown(ApiId, partOf(apis.get(ApiId).stages, "Stage", StageName)),
    ),
    ...operation(
      "GetStages",
      { supports: ["ApiId", "MaxResults", "NextToken"] },
      ({ ApiId }) => on("GET")({ ApiId }),
      (input) => {
        const { items, ...next } = pageOfAll([...apis.get(input.ApiId).stages.values()], input);
        return { Items: items.map((stage) => shown(input.ApiId, stage)), ...next };
      },
    ),
    ...operation(
      "UpdateStage",
      { supports: ["ApiId", "StageName", ...STAGE_MEMBERS], rules },
      on("PATCH"),
      ({ ApiId, StageName, ...change }) => {
        const stage = partOf(apis.get(ApiId).stages, "Stage", StageName);
        const settings = updated(stage.settings, change);
        checkStage(settings);
        stage.settings = settings;
        stage.updatedAt = context.clock.now();
        stage.buckets.clear();
        return shown(ApiId, stage);
      },
    ),
    ...operation(
      "DeleteAccessLogSettings",
      { supports: ["ApiId", "StageName"] },
      on("DELETE", "accesslogsettings"),
      ({ ApiId, StageName }) => {
        const stage = partOf(apis.get(ApiId).stages, "Stage", StageName);
        const { AccessLogSettings: _settings, ...rest } = stage.settings;
        stage.settings = rest;
        stage.updatedAt = context.clock.now();
        return {};
      },
    ),
    ...operation(
      "DeleteRouteSettings",
      { supports: ["ApiId", "StageName", "RouteKey"] },
      (input) => on("DELETE", "routesettings", input.RouteKey)(input),
      ({ ApiId, StageName, RouteKey }) => {
        const stage = partOf(apis.get(ApiId).stages, "Stage", StageName);
        const { RouteSettings = {}, ...settings } = stage.settings;
        partOf(new Map(Object.entries(RouteSettings)), "Route", RouteKey);
        const left = Object.entries(RouteSettings).filter(([key]) => key !== RouteKey);
        stage.settings = { ...settings, RouteSettings: Object.fromEntries(left) };
        stage.updatedAt = context.clock.now();
        stage.buckets.delete(RouteKey);
        return {};
      },
    ),
    ...operation(
      "DeleteStage",
      { supports: ["ApiId", "StageName"] },
      on("DELETE"),
      ({ ApiId, StageName }) => {
        const { stages } = apis.get(ApiId);
        partOf(stages, "Stage", StageName);
        stages.delete(StageName);
        tags.forget(arnOf(ApiId, StageName));
        return {};
      },
    ),
  };
}

function checkStage({ AccessLogSettings, DefaultRouteSettings }: StageSettings): void {
  const { DestinationArn, Format } = AccessLogSettings ?? {};
  if ((DestinationArn === undefined) !== (Format === undefined))
    throw badRequest("Access log settings need both a destination and a format");
  if (
    DestinationArn !== undefined &&
    !/^arn:[^:]+:logs:[^:]+:\d{12}:log-group:[^:]+(?::\*)?$/.test(DestinationArn)
  )
    throw badRequest(`Invalid ARN specified in the request: ${DestinationArn}; expected a log group's`);
  if (Format?.includes("$context.requestId") === false && !Format.includes("$context.extendedRequestId"))
    throw badRequest("Failed to set up access logs: the format must include $context.requestId");
  if ((DefaultRouteSettings?.ThrottlingRateLimit ?? 0) < 0)
    throw badRequest("ThrottlingRateLimit: expected 0 or more requests a second");
}

function described(stage: Stage, tags: TagMap) {
  const { RouteSettings = {}, StageVariables = {}, ...settings } = stage.settings;
  return {
    ...settings,
    RouteSettings: { ...RouteSettings },
    StageVariables: { ...StageVariables },
    StageName: stage.name,
    CreatedDate: new Date(stage.createdAt),
    LastUpdatedDate: new Date(stage.updatedAt),
    Tags: tags,
  };
}
