import { AwsError } from "../../core/errors";
import { seededRandom, type Random } from "../../core/random";
import type { CloudContext } from "../../core/service";
import type { TokenBucket } from "../../core/tokenBucket";
import type { Supported } from "../../wire/operation";

/** What of each resource is kept, by the members of the operation that creates it. */
export const API_MEMBERS = [
  "Name",
  "CorsConfiguration",
  "Description",
  "DisableExecuteApiEndpoint",
  "Version",
] as const;
export const ROUTE_MEMBERS = [
  "RouteKey",
  "Target",
  "AuthorizationType",
  "AuthorizerId",
  "AuthorizationScopes",
  "OperationName",
  // Of WebSocket APIs; clients of typed languages send it all the same.
  "ApiKeyRequired",
] as const;
export const INTEGRATION_MEMBERS = [
  "IntegrationType",
  "IntegrationSubtype",
  "IntegrationUri",
  "IntegrationMethod",
  "CredentialsArn",
  "PayloadFormatVersion",
  "RequestParameters",
  "ResponseParameters",
  "ConnectionType",
  "TimeoutInMillis",
  "Description",
] as const;
export const STAGE_MEMBERS = [
  "AutoDeploy",
  "AccessLogSettings",
  "DefaultRouteSettings.ThrottlingBurstLimit",
  "DefaultRouteSettings.ThrottlingRateLimit",
  "DefaultRouteSettings.DetailedMetricsEnabled",
  "DefaultRouteSettings.DataTraceEnabled",
  "DefaultRouteSettings.LoggingLevel",
  "RouteSettings",
  "StageVariables",
  "Description",
] as const;
export const AUTHORIZER_MEMBERS = ["AuthorizerType", "IdentitySource", "JwtConfiguration", "Name"] as const;

type Kept<
  N extends "CreateApi" | "CreateRoute" | "CreateIntegration" | "CreateStage" | "CreateAuthorizer",
  P extends string,
> = Supported<"apigateway", N, P>;

export type ApiSettings = Kept<"CreateApi", (typeof API_MEMBERS)[number]>;
export type RouteSettings = Kept<"CreateRoute", (typeof ROUTE_MEMBERS)[number]>;
export type IntegrationSettings = Kept<"CreateIntegration", (typeof INTEGRATION_MEMBERS)[number]>;
export type StageSettings = Kept<"CreateStage", (typeof STAGE_MEMBERS)[number]>;
export type AuthorizerSettings = Kept<"CreateAuthorizer", (typeof AUTHORIZER_MEMBERS)[number]>;

/** A resource of an API, with the id that API Gateway gave it. */
export interface Part<Settings> {
  readonly id: string;
  settings: Settings;
}

export interface Stage {
  readonly name: string;
  /** Epoch milliseconds, as `updatedAt`. */
  readonly createdAt: number;
  updatedAt: number;
  settings: StageSettings;
  /** By route key: each route has a bucket of its own. */
  readonly buckets: Map<string, TokenBucket>;
}

/** One HTTP API. */
export interface Api {
  readonly id: string;
  readonly createdAt: number;
  settings: ApiSettings;
  readonly routes: Map<string, Part<RouteSettings>>;
  readonly integrations: Map<string, Part<IntegrationSettings>>;
  readonly authorizers: Map<string, Part<AuthorizerSettings>>;
  readonly stages: Map<string, Stage>;
  /** Of the ids of its requests: how many there were must not change what is created. */
  readonly requestIds: Random;
}

/** Where the APIs answer, below the cloud's endpoint: "/_execute-api/<api's id>/<path>". */
export const MOUNT = "/_execute-api/";

/** Every HTTP API of the account. */
export class Apis {
  readonly #byId = new Map<string, Api>();

  constructor(private readonly context: CloudContext) {}

  /** In the order of their creation. */
  list(): readonly Api[] {
    return [...this.#byId.values()];
  }

  find(id: string): Api | undefined {
    return this.#byId.get(id);
  }

  get(id: string): Api {
    const api = this.#byId.get(id);
    if (api === undefined) throw notFound("API", id);
    return api;
  }

  create(settings: ApiSettings): Api {
    const { random, clock } = this.context;
    const api: Api = {
      id: this.newId(10),
      createdAt: clock.now(),
      settings,
      routes: new Map(),
      integrations: new Map(),
      authorizers: new Map(),
      stages: new Map(),
      requestIds: seededRandom(Math.floor(random.next() * 2 ** 32)),
    };
    this.#byId.set(api.id, api);
    return api;
  }

  delete(id: string): void {
    this.get(id);
    this.#byId.delete(id);
  }

  /** Letters and digits, as API Gateway's. */
  newId(length = 7): string {
    const digits = () => Math.floor(this.context.random.next() * 36).toString(36);
    return Array.from({ length }, digits).join("");
  }

  /** How API Gateway's own operations name it, and its tags: "arn:aws:apigateway:us-east-1::/apis/abc". */
  arnOf(...path: readonly string[]): string {
    return `arn:aws:apigateway:${this.context.region}::/${path.join("/")}`;
  }

  /** How callers of the API are granted it: "arn:aws:execute-api:us-east-1:000000000000:abc". */
  executionArnOf({ id }: Api): string {
    const { region, accountId } = this.context;
    return `arn:aws:execute-api:${region}:${accountId}:${id}`;
  }

  endpointOf({ id }: Api): string {
    return `${this.context.endpoint()}${MOUNT}${id}`;
  }
}

export function notFound(kind: string, id: string): AwsError {
  return new AwsError("NotFoundException", `Invalid ${kind} identifier specified ${id}`, 404);
}

export function badRequest(message: string): AwsError {
  return new AwsError("BadRequestException", message);
}

/** A part of an API by its id. */
export function partOf<Value>(parts: ReadonlyMap<string, Value>, kind: string, id: string): Value {
  const part = parts.get(id);
  if (part === undefined) throw notFound(kind, id);
  return part;
}

/** Members of which an update names single entries, so that the others stay; API reference, UpdateIntegration and -Stage. */
const MAPS = ["RequestParameters", "ResponseParameters", "RouteSettings", "StageVariables"];

/**
 * `settings` with what an update names: a member that it leaves out stays, one with an empty text is taken away. So is
 * an entry of a map with an empty text, and one of `ResponseParameters` without mappings.
 */
export function updated<Settings extends object>(settings: Settings, change: object): Settings {
  const before = new Map<string, unknown>(Object.entries(settings));
  const named = Object.entries(change).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (value === undefined) return [];
    if (!MAPS.includes(name)) return [[name, value]];
    const entries = Object.entries({ ...(before.get(name) ?? {}), ...(value as object) });
    const left = entries.filter(
      ([, entry]: [string, unknown]) => entry !== "" && !(name === "ResponseParameters" && isEmpty(entry)),
    );
    return [[name, left.length === 0 ? "" : Object.fromEntries(left)]];
  });
  const all = Object.entries({ ...settings, ...Object.fromEntries(named) });
  return Object.fromEntries(all.filter(([, value]) => value !== "")) as Settings;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
