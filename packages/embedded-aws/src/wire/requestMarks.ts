import { headerOf, type WireRequest } from "../core/http";
import { formParameters } from "./parameters";

/* What a request shows of its protocol and its operation before anybody decodes it, whatever service it is for. */

export function isCbor(request: WireRequest): boolean {
  return headerOf(request, "smithy-protocol") === "rpc-v2-cbor";
}

/** AWS JSON. */
export function hasTarget(request: WireRequest): boolean {
  return headerOf(request, "x-amz-target") !== undefined;
}

/** The query protocols. */
export function isForm(request: WireRequest): boolean {
  return request.query.has("Action") || hasFormBody(request);
}

/** The operation's name, or as much of a way to it as a REST request has. @throws AwsError for a form that is none */
export function operationHint(request: WireRequest): string {
  const target = headerOf(request, "x-amz-target");
  if (target !== undefined) return target.slice(target.lastIndexOf(".") + 1);
  const action =
    request.query.get("Action") ?? (hasFormBody(request) ? formParameters(request).get("Action") : undefined);
  return action ?? `${request.method} ${request.path}`;
}

function hasFormBody(request: WireRequest): boolean {
  return headerOf(request, "content-type")?.startsWith("application/x-www-form-urlencoded") === true;
}
