import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../../core/errors";
import { messageOf } from "../../core/messageOf";
import { readBody } from "../../core/requestBody";
import type { CloudContext } from "../../core/service";
import { TokenBucket } from "../../core/tokenBucket";
import { AccessLogs, requestTime } from "./accessLog";
import { type ApiAnswer, gatewayAnswer } from "./answer";
import { type Api, type Apis, MOUNT, partOf, type Stage } from "./apis";
import { authorizeRoute, identityOf } from "./authorization";
import { corsHeaders, isPreflight, namesOrigin } from "./cors";
import { Tokens } from "./jwt";
import { invokeFunction } from "./lambdaIntegration";
import { findRoute } from "./routes";
import { evaluateExpression, type RequestSource, type Surroundings } from "./selection";
import { sendToQueue } from "./sqsIntegration";
import { ACCOUNT_THROTTLE } from "./stageOperations";

/** "API Gateway quotas": of an HTTP API's request. */
const LARGEST_BODY = 10 * 1024 * 1024;

const SOURCE_IP = "127.0.0.1";

/** One request on its way; what is learnt of it goes to the access log. */
interface Exchange {
  readonly api: Api;
  readonly stage: Stage;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly requestId: string;
  readonly time: number;
  readonly incoming: IncomingMessage;
  readonly headers: ReadonlyMap<string, string>;
  /** Of access logs and mappings, without "$context.". */
  readonly context: Map<string, string>;
  routeKey: string | undefined;
  integrationMs: number | undefined;
}

/** Where APIs answer their callers. */
export class Gateway {
  readonly #logs: AccessLogs;
  readonly #tokens = new Tokens();

  constructor(
    private readonly context: CloudContext,
    private readonly apis: Apis,
  ) {
    this.#logs = new AccessLogs(context);
    context.mount(
      MOUNT,
      (incoming, outgoing) => {
        this.#serve(incoming, outgoing).catch(() => outgoing.destroy());
      },
      (target, origin) => {
        const api = apis.find(target.slice(MOUNT.length).split(/[/?]/, 1)[0] ?? "");
        return api !== undefined && namesOrigin(api, origin);
      },
    );
  }

  async close(): Promise<void> {
    await this.#logs.close();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const started = performance.now();
    const exchange = this.#begin(incoming);
    if (exchange === undefined) {
      send(outgoing, gatewayAnswer(404), {}, incoming);
      return;
    }
    const { api, stage, requestId, context, headers, method } = exchange;
    const preflight = isPreflight(api, method, headers);
    let answer: ApiAnswer;
    try {
      answer = preflight ? { status: 204, headers: {}, body: "" } : await this.#answer(exchange);
    } catch (error) {
      answer = gatewayAnswer(500, messageOf(error));
    }
    const latencyMs = Math.max(1, Math.round(performance.now() - started));
    const length = typeof answer.body === "string" ? Buffer.byteLength(answer.body) : answer.body.byteLength;
    send(
      outgoing,
      answer,
      { ...corsHeaders(api, headers.get("origin"), preflight), "apigw-requestid": requestId },
      incoming,
    );
    for (const [name, value] of Object.entries({
      ...answer.log,
      status: String(answer.status),
      responseLength: String(length),
      responseLatency: String(latencyMs),
      ...(exchange.integrationMs !== undefined && { integrationLatency: String(exchange.integrationMs) }),
    }))
      context.set(name, value);
    this.#logs.write(stage.settings.AccessLogSettings, context);
    this.context.events.publish({
      type: "api-requested",
      apiId: api.id,
      stage: stage.name,
      ...(exchange.routeKey !== undefined && { routeKey: exchange.routeKey }),
      status: answer.status,
      latencyMs,
      ...(exchange.integrationMs !== undefined && { integrationLatencyMs: exchange.integrationMs }),
      ...(answer.log?.integrationErrorMessage !== undefined && {
        errorMessage: answer.log.integrationErrorMessage,
      }),
    });
  }

  /** Undefined where there is no such API, or no stage of it. */
  #begin(incoming: IncomingMessage): Exchange | undefined {
    const { method = "GET", url = "/" } = incoming;
    const [rawPath = "", rawQuery = ""] = splitOnce(url, "?");
    const [apiId = "", ...segments] = rawPath.slice(MOUNT.length).split("/");
    const api = this.apis.find(apiId);
    if (api === undefined || api.settings.DisableExecuteApiEndpoint === true) return undefined;
    const named = segments[0] === undefined ? undefined : api.stages.get(segments[0]);
    const stage = named ?? api.stages.get("$default");
    if (stage === undefined) return undefined;
    const path = decoded(`/${(named === undefined ? segments : segments.slice(1)).join("/")}`);
    const headers = joined(incoming.rawHeaders);
    const time = Math.floor(this.context.clock.now());
    const requestId = `${Buffer.from(api.requestIds.hex(22), "hex").toString("base64url")}=`;
    const domainName = headers.get("host") ?? "";
    const context = new Map(
      Object.entries({
        accountId: this.context.accountId,
        apiId,
        domainName,
        domainPrefix: apiId,
        extendedRequestId: requestId,
        httpMethod: method,
        "identity.sourceIp": SOURCE_IP,
        "identity.userAgent": headers.get("user-agent") ?? "",
        path: rawPath.slice(MOUNT.length + apiId.length) || "/",
        protocol: "HTTP/1.1",
        requestId,
        requestTime: requestTime(time),
        requestTimeEpoch: String(time),
        stage: stage.name,
      }),
    );
    return {
      ...{ api, stage, method, path, rawQuery, requestId, time, incoming, headers, context },
      routeKey: undefined,
      integrationMs: undefined,
    };
  }

  async #answer(exchange: Exchange): Promise<ApiAnswer> {
    const { api, stage, method, path, incoming, headers, context } = exchange;
    let rawBody: Buffer;
    try {
      rawBody = await readBody(incoming, LARGEST_BODY);
    } catch (error) {
      if (error instanceof AwsError) return gatewayAnswer(413);
      throw error;
    }
    const match = findRoute(api, method, path);
    if (match === undefined) return gatewayAnswer(404);
    const { RouteKey, Target } = match.route.settings;
    exchange.routeKey = RouteKey;
    context.set("routeKey", RouteKey);
    const source: RequestSource = {
      kind: "request",
      headers,
      query: joined([...new URLSearchParams(exchange.rawQuery)].flat(), false),
      path,
      pathParameters: match.parameters,
      // A mapping has nothing of a body that is no text, rather than something else.
      body: isUtf8(rawBody) ? rawBody.toString("utf8") : "",
    };
    const surroundings = { context, stageVariables: stage.settings.StageVariables ?? {} };
    const { rawHeaders, url: target = "/" } = incoming;
    const authorization = await authorizeRoute(
      { context: this.context, apis: this.apis, tokens: this.#tokens },
      api,
      match.route,
      {
        head: { method, target, rawHeaders },
        source,
        rawBody,
        requestId: exchange.requestId,
        resource: `${stage.name}/${method}${path}`,
      },
      surroundings,
    );
    if (authorization.kind === "refused") return authorization.answer;
    const { caller, token } = authorization;
    const identity = caller === undefined ? {} : identityOf(caller, this.context.accountId);
    for (const [name, value] of Object.entries(identity)) context.set(`identity.${name}`, value);
    for (const [name, value] of Object.entries(token?.claims ?? {}))
      context.set(`authorizer.claims.${name}`, typeof value === "string" ? value : JSON.stringify(value));

    if (!this.#admits(stage, RouteKey)) return gatewayAnswer(429);
    const [, integrationId] = /^integrations\/(.+)$/.exec(Target ?? "") ?? [];
    if (integrationId === undefined) return gatewayAnswer(404);
    const { settings } = partOf(api.integrations, "Integration", integrationId);
    const started = performance.now();
    const sourceArn = `${this.apis.executionArnOf(api)}/${stage.name}/${arnPath(RouteKey)}`;
    const integrated = await this.#withinTimeout(
      settings.IntegrationSubtype === undefined
        ? invokeFunction(this.context, sourceArn, settings, {
            source,
            method,
            rawQuery: exchange.rawQuery,
            rawBody,
            routeKey: RouteKey,
            stage: stage.name,
            stageVariables: surroundings.stageVariables,
            apiId: api.id,
            domainName: headers.get("host") ?? "",
            sourceIp: SOURCE_IP,
            requestId: exchange.requestId,
            time: exchange.time,
            timeText: requestTime(exchange.time),
            authorization,
          })
        : sendToQueue(this.context, sourceArn, settings, source, surroundings, exchange.requestId),
      settings.TimeoutInMillis ?? 30_000,
    );
    exchange.integrationMs = Math.max(1, Math.round(performance.now() - started));
    context.set("integration.status", String(integrated.status));
    context.set("integrationStatus", String(integrated.status));
    return mappedAnswer(integrated, settings.ResponseParameters?.[String(integrated.status)], surroundings);
  }

  #admits(stage: Stage, routeKey: string): boolean {
    const { RouteSettings = {}, DefaultRouteSettings = {} } = stage.settings;
    let bucket = stage.buckets.get(routeKey);
    if (bucket === undefined) {
      const own = Object.hasOwn(RouteSettings, routeKey) ? RouteSettings[routeKey] : undefined;
      const limit = <Name extends "ThrottlingBurstLimit" | "ThrottlingRateLimit">(name: Name) =>
        own?.[name] ?? DefaultRouteSettings[name];
      bucket = new TokenBucket(
        limit("ThrottlingBurstLimit") ?? ACCOUNT_THROTTLE.burst,
        limit("ThrottlingRateLimit") ?? ACCOUNT_THROTTLE.ratePerSecond,
      );
      stage.buckets.set(routeKey, bucket);
    }
    return bucket.take(this.context.clock.now());
  }

  async #withinTimeout(work: Promise<ApiAnswer>, timeoutMs: number): Promise<ApiAnswer> {
    let cancel: () => void = () => undefined;
    const timeout = new Promise<ApiAnswer>((resolve) => {
      cancel = this.context.clock.after(timeoutMs, () => {
        resolve(gatewayAnswer(503, `the integration did not answer within ${timeoutMs} ms`));
      });
    });
    try {
      return await Promise.race([work, timeout]);
    } finally {
      cancel();
    }
  }
}

/** An integration's answer after its `ResponseParameters` for its status. */
function mappedAnswer(
  answer: ApiAnswer,
  mappings: Readonly<Record<string, string>> | undefined,
  surroundings: Surroundings,
): ApiAnswer {
  if (mappings === undefined) return answer;
  const source = {
    kind: "response",
    headers: new Map(Object.entries(answer.headers)),
    body: typeof answer.body === "string" ? answer.body : "",
  } as const;
  const headers = new Map(Object.entries(answer.headers));
  let { status } = answer;
  for (const [key, expression] of Object.entries(mappings)) {
    const value = evaluateExpression(expression, source, surroundings);
    const [, verb, name = ""] = /^(\w+):(?:header\.)?(.+)$/.exec(key) ?? [];
    const header = name.toLowerCase();
    if (key === "overwrite:statuscode") {
      if (value !== undefined && /^[1-5]\d\d$/.test(value)) status = Number(value);
    } else if (verb === "remove") {
      headers.delete(header);
    } else if (value !== undefined) {
      const before = verb === "append" ? headers.get(header) : undefined;
      headers.set(header, before === undefined ? value : `${before},${value}`);
    }
  }
  return { ...answer, status, headers: Object.fromEntries(headers) };
}

/** The path of a route as `AWS:SourceArn` has it: "POST/orders". */
function arnPath(routeKey: string): string {
  return routeKey === "$default" ? "$default" : routeKey.replace(" ", "");
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Names and values in turn, those of one name joined by commas. */
function joined(pairs: readonly string[], lowerCase = true): Map<string, string> {
  const result = new Map<string, string>();
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [given = "", value = ""] = [pairs[index], pairs[index + 1]];
    const name = lowerCase ? given.toLowerCase() : given;
    const before = result.get(name);
    result.set(name, before === undefined ? value : `${before},${value}`);
  }
  return result;
}

/** What Node would refuse to send in a header, a stranger's text perhaps, is left out rather than sent half. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

function send(
  outgoing: ServerResponse,
  { status, headers, cookies = [], body }: ApiAnswer,
  own: Readonly<Record<string, string>>,
  incoming: IncomingMessage,
): void {
  if (outgoing.destroyed) return;
  const all = Object.entries({ ...headers, ...own }).filter(
    ([name, value]) =>
      /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && SENDABLE.test(value) && name !== "content-length",
  );
  const empty = status === 204 || status === 304;
  outgoing.writeHead(status, {
    ...Object.fromEntries(all),
    ...(cookies.length > 0 && { "set-cookie": cookies.filter((cookie) => SENDABLE.test(cookie)) }),
    ...(empty ? {} : { "content-length": Buffer.byteLength(body) }),
    // A body that was refused unread cannot be followed by another request on the same connection.
    ...(incoming.complete ? {} : { connection: "close" }),
  });
  outgoing.end(empty || incoming.method === "HEAD" ? undefined : body);
}
