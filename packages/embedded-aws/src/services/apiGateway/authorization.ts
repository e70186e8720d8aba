import { asAwsError, publishRequest } from "../../core/dispatch";
import type { CloudContext } from "../../core/service";
import { principalArn, type Principal } from "../../core/iam/principal";
import type { RequestHead } from "../../core/door";
import { messageOf } from "../../core/messageOf";
import { type ApiAnswer, gatewayAnswer } from "./answer";
import { type Api, type Apis, partOf, type Part, type RouteSettings } from "./apis";
import type { Claims, Tokens } from "./jwt";
import { evaluateExpression, type RequestSource, type Surroundings } from "./selection";

/** Who may call, or the answer to who may not. */
export type Authorization =
  | {
      readonly kind: "granted";
      readonly caller?: Principal;
      readonly token?: { readonly claims: Claims; readonly scopes: readonly string[] };
    }
  | { readonly kind: "refused"; readonly answer: ApiAnswer };

export interface AuthorizedRequest {
  readonly head: RequestHead;
  readonly source: RequestSource;
  readonly rawBody: Uint8Array;
  /** "<stage>/<METHOD>/<path>", behind the API's ARN. */
  readonly resource: string;
  readonly requestId: string;
}

/** Decides as the route says: anybody, callers whose policies allow `execute-api:Invoke`, bearers of a token. */
export async function authorizeRoute(
  parts: { readonly context: CloudContext; readonly apis: Apis; readonly tokens: Tokens },
  api: Api,
  route: Part<RouteSettings>,
  request: AuthorizedRequest,
  surroundings: Surroundings,
): Promise<Authorization> {
  switch (route.settings.AuthorizationType ?? "NONE") {
    case "AWS_IAM":
      return byIam(parts, api, request);
    case "JWT":
      return await byToken(parts, api, route.settings, request.source, surroundings);
    default:
      return { kind: "granted" };
  }
}

/** HTTP APIs tell a caller nothing of why; the access log does. */
function byIam(
  { context, apis }: { readonly context: CloudContext; readonly apis: Apis },
  api: Api,
  { head, rawBody, resource, requestId }: AuthorizedRequest,
): Authorization {
  let caller: Principal;
  try {
    caller = context.callerOf(head, "execute-api", rawBody);
  } catch (error) {
    return refused(gatewayAnswer(403), messageOf(error));
  }
  const access = { action: "execute-api:Invoke", resource: `${apis.executionArnOf(api)}/${resource}` };
  try {
    context.authorize(caller, [access]);
  } catch (cause) {
    const error = asAwsError(cause);
    publishRequest(context.events, "execute-api", "Invoke", caller, requestId, error);
    return refused(gatewayAnswer(403), error.message);
  }
  publishRequest(context.events, "execute-api", "Invoke", caller, requestId);
  return { kind: "granted", caller };
}

async function byToken(
  { context, tokens }: { readonly context: CloudContext; readonly tokens: Tokens },
  api: Api,
  { AuthorizerId = "", AuthorizationScopes = [] }: RouteSettings,
  source: RequestSource,
  surroundings: Surroundings,
): Promise<Authorization> {
  const { settings } = partOf(api.authorizers, "Authorizer", AuthorizerId);
  const given = evaluateExpression(settings.IdentitySource[0] ?? "", source, surroundings);
  const token = given?.replace(/^bearer +/i, "").trim();
  if (token === undefined || token === "")
    return refused(gatewayAnswer(401, undefined, { "www-authenticate": "Bearer" }), "no token");
  const decision = await tokens.check(token, settings, context.clock.now());
  if (decision.kind === "invalid") {
    const challenge = `Bearer scope="" error="invalid_token" error_description="${quoted(decision.reason)}"`;
    return refused(gatewayAnswer(401, undefined, { "www-authenticate": challenge }), decision.reason);
  }
  const { claims, scopes } = decision;
  if (AuthorizationScopes.length > 0 && !AuthorizationScopes.some((scope) => scopes.includes(scope))) {
    const challenge = `Bearer scope="${AuthorizationScopes.join(" ")}" error="insufficient_scope" error_description="the scopes are insufficient"`;
    return refused(gatewayAnswer(403, undefined, { "www-authenticate": challenge }), "insufficient scope");
  }
  return { kind: "granted", token: { claims, scopes } };
}

function refused(answer: ApiAnswer, why: string): Authorization {
  return { kind: "refused", answer: { ...answer, log: { ...answer.log, "authorizer.error": why } } };
}

/** What a header's quoted text may hold: tokens are a stranger's. */
function quoted(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, "'").slice(0, 200);
}

/** A caller by the names that access logs and functions know. */
export function identityOf(caller: Principal, accountId: string): Record<string, string> {
  const user = caller.kind === "role" ? `${caller.roleName}:${caller.sessionName}` : accountId;
  return { accountId, caller: user, user, userArn: principalArn(caller) };
}
