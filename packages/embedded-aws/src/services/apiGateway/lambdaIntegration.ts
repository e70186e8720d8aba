import { isUtf8 } from "node:buffer";
import { asAwsError } from "../../core/dispatch";
import { isObject } from "../../core/record";
import { parseJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import { type ApiAnswer, gatewayAnswer } from "./answer";
import type { IntegrationSettings } from "./apis";
import { identityOf, type Authorization } from "./authorization";
import { functionArnOf } from "./integration";
import type { RequestSource } from "./selection";

/** What an event of payload format 2.0 is made of, beside the request's text. */
export interface LambdaRequest {
  readonly source: RequestSource;
  readonly method: string;
  readonly rawQuery: string;
  readonly rawBody: Buffer;
  readonly routeKey: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly apiId: string;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly time: number;
  /** As access logs write it. */
  readonly timeText: string;
  readonly authorization: Extract<Authorization, { kind: "granted" }>;
}

/** Invokes a function as API Gateway, which the function's own policy must allow, and reads its answer. */
export async function invokeFunction(
  context: CloudContext,
  sourceArn: string,
  settings: IntegrationSettings,
  request: LambdaRequest,
): Promise<ApiAnswer> {
  let payload: string;
  try {
    const { Payload, FunctionError } = await context.call(
      "lambda",
      "Invoke",
      {
        FunctionName: functionArnOf(settings) ?? "",
        Payload: Buffer.from(JSON.stringify(eventOf(request, context.accountId))),
      },
      { kind: "service", service: "apigateway.amazonaws.com", sourceArn },
    );
    payload = Buffer.from(Payload ?? []).toString("utf8");
    if (FunctionError !== undefined) return gatewayAnswer(500, `${FunctionError}: ${payload.slice(0, 1000)}`);
  } catch (cause) {
    const error = asAwsError(cause);
    return gatewayAnswer(error.status === 429 ? 503 : 500, error.message);
  }
  return answerOf(payload);
}

/** "Create AWS Lambda proxy integrations for HTTP APIs", payload format 2.0. */
function eventOf(request: LambdaRequest, accountId: string): object {
  const { source, method, rawBody, authorization } = request;
  const headers = new Map(source.headers);
  const cookies = headers.get("cookie")?.split(/; */);
  headers.delete("cookie");
  const text = isText(headers.get("content-type")) && isUtf8(rawBody);
  const { caller, token } = authorization;
  const authorizer =
    token !== undefined
      ? { jwt: { claims: textClaims(token.claims), scopes: token.scopes.length === 0 ? null : token.scopes } }
      : caller !== undefined
        ? {
            iam: {
              accessKey: null,
              cognitoIdentity: null,
              principalOrgId: null,
              ...iamOf(identityOf(caller, accountId)),
            },
          }
        : undefined;
  return {
    version: "2.0",
    routeKey: request.routeKey,
    rawPath: source.path,
    rawQueryString: request.rawQuery,
    ...(cookies !== undefined && { cookies }),
    headers: Object.fromEntries(headers),
    ...(source.query.size > 0 && { queryStringParameters: Object.fromEntries(source.query) }),
    requestContext: {
      accountId,
      apiId: request.apiId,
      ...(authorizer !== undefined && { authorizer }),
      domainName: request.domainName,
      domainPrefix: request.apiId,
      http: {
        method,
        path: source.path,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headers.get("user-agent") ?? "",
      },
      requestId: request.requestId,
      routeKey: request.routeKey,
      stage: request.stage,
      time: request.timeText,
      timeEpoch: request.time,
    },
    ...(source.pathParameters.size > 0 && { pathParameters: Object.fromEntries(source.pathParameters) }),
    ...(Object.keys(request.stageVariables).length > 0 && { stageVariables: request.stageVariables }),
    ...(rawBody.length > 0 && { body: text ? rawBody.toString("utf8") : rawBody.toString("base64") }),
    isBase64Encoded: rawBody.length > 0 && !text,
  };
}

function iamOf({ accountId, caller, user, userArn }: Record<string, string>): object {
  return { accountId, callerId: caller, userId: user, userArn };
}

/** All claims are texts there. */
function textClaims(claims: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function isText(contentType = "text/plain"): boolean {
  return /^(?:text\/|application\/(?:json|javascript|xml|[\w.+-]+\+(?:json|xml)))/i.test(contentType);
}

/** A structured answer has a `statusCode`; any other JSON is the body of a 200. */
function answerOf(payload: string): ApiAnswer {
  let value: unknown;
  try {
    value = parseJson(payload);
  } catch {
    return gatewayAnswer(500, "the function's answer is not JSON");
  }
  if (!isObject(value) || value.statusCode === undefined)
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: typeof value === "string" ? value : payload,
    };
  const status = Number(value.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return gatewayAnswer(500, `statusCode: got ${JSON.stringify(value.statusCode)}; expected 200 to 599`);
  const { body = "", headers = {}, cookies = [] } = value;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const listed = Object.entries(isObject(headers) ? headers : {}).map(
    ([name, header]) =>
      [name.toLowerCase(), typeof header === "string" ? header : JSON.stringify(header)] as const,
  );
  return {
    status,
    headers: { "content-type": "text/plain;charset=UTF-8", ...Object.fromEntries(listed) },
    cookies: Array.isArray(cookies) ? cookies.filter((cookie) => typeof cookie === "string") : [],
    body: value.isBase64Encoded === true ? Buffer.from(text, "base64") : text,
  };
}
