import { canonicalRequest, sha256Hex, signatureOf, signingKey, stringToSign } from "../core/canonicalRequest";
import { AwsError } from "../core/errors";
import { messageOf } from "../core/messageOf";
import type { CloudContext } from "../core/service";
import { Refusal } from "./answers";
import type { Answers, ConsoleParts } from "./parts";
import type { Target } from "./protocol";

type ApiTarget = Extract<Target, { kind: "api" }>;

const PATIENCE_MS = 30_000;
const MOST_SHOWN = 4000;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** What the keys of the console are called; as all that the cloud has not issued, they are the administrator's. */
const KEY = "console";

/**
 * Sends a request to an HTTP API of this cloud, as its clients do: signed by the administrator, for routes that ask IAM,
 * or with the token that was given. Throws `Refusal` for an API that is not there, or does not answer.
 */
export async function sendHttp(parts: ConsoleParts, target: ApiTarget, body: string) {
  const { context } = parts;
  const base = await endpointOf(parts, target.name);
  const url = new URL(base + target.path);
  if (!url.href.startsWith(`${base}/`))
    throw new Refusal(400, `path: got ${target.path}; expected one within the API`);
  const { method, token } = target;
  const content = method === "GET" ? undefined : body;
  const headers = {
    ...(content !== undefined && { "content-type": "application/json" }),
    ...(token === undefined
      ? signed(context, method, url, content ?? "")
      : { authorization: `Bearer ${token}` }),
  };
  try {
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers,
      ...(content !== undefined && { body: content }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = (await response.text()).slice(0, MOST_SHOWN);
    // An API that hands requests to a queue answers as SQS does.
    const id = /<MessageId>([0-9a-f-]{36})<\/MessageId>/.exec(text)?.[1];
    return {
      answer: `${response.status} ${text}`,
      ...(response.status >= 400 && { failed: 1 }),
      ...(id !== undefined && { id }),
    };
  } catch (error) {
    throw error instanceof AwsError
      ? error
      : new Refusal(502, `${url.href} did not answer: ${messageOf(error)}`);
  }
}

/** The headers of Signature Version 4 that a client of API Gateway adds. */
function signed(
  { clock, region }: Pick<CloudContext, "clock" | "region">,
  method: string,
  url: URL,
  body: string,
) {
  const date = new Date(clock.now()).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${date.slice(0, 8)}/${region}/execute-api/aws4_request`;
  const headers = new Map([
    ["host", [url.host]],
    ["x-amz-date", [date]],
  ]);
  const canonical = canonicalRequest({
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers,
    payloadHash: sha256Hex(Buffer.from(body)),
  });
  const signature = signatureOf(signingKey(KEY, scope), stringToSign(date, scope, canonical));
  return {
    "x-amz-date": date,
    authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${[...headers.keys()].join(";")}, Signature=${signature}`,
  };
}

/** What the API answers to, for people to choose from. */
export function askRoutes(parts: ConsoleParts): Answers<"routes"> {
  return {
    routes: async ({ api: ApiId }) => {
      const address = await endpointOf(parts, ApiId);
      const answer = await parts.read("apigateway", "GetRoutes", { ApiId, MaxResults: "500" });
      return {
        address,
        routes: (answer?.Items ?? []).flatMap(({ RouteKey = "", AuthorizationType }) => {
          // "$default", of everything that no other route is for, has neither.
          const [method = "", path = "/"] = RouteKey === "$default" ? ["ANY"] : RouteKey.split(" ");
          const methods = method === "ANY" ? ["POST"] : METHODS.filter((one) => one === method);
          return methods.map((one) => ({
            key: RouteKey,
            method: one,
            path,
            authorization: AuthorizationType ?? "NONE",
          }));
        }),
      };
    },
  };
}

async function endpointOf({ read }: ConsoleParts, ApiId: string): Promise<string> {
  const api = await read("apigateway", "GetApi", { ApiId }).catch(() => undefined);
  if (api?.ApiEndpoint === undefined) throw new Refusal(404, `there is no API ${ApiId} any more`);
  return api.ApiEndpoint;
}
