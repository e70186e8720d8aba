import type { AwsError } from "../core/errors";
import type { WireRequest, WireResponse } from "../core/http";
import { cborError, jsonError, queryError, restError, restXmlError } from "./errorEnvelopes";
import { officialServices } from "./officialServices";
import { hasTarget, isCbor, isForm } from "./requestMarks";

/** Services that speak REST with XML, by the names that their clients sign for. None is here. */
const restXml = /^(s3|s3express|s3-object-lambda|s3-outposts|cloudfront|route53)$/;

/**
 * An error for a request whose service (as its signature names it) is not known, or that came in a protocol which its
 * service does not speak here: written in the protocol that the request itself looks like, so that the client can
 * show it.
 */
export function encodeErrorLike(
  request: WireRequest,
  service: string,
  { status, code, message, details }: AwsError,
  requestId: string,
): WireResponse {
  const members = { message, ...details };
  if (isCbor(request)) return cborError({ status, type: code, members }, requestId);
  if (restXml.test(service)) {
    return restXmlError(!service.startsWith("s3"), { status, code, message }, requestId);
  }
  if (hasTarget(request)) return jsonError("1.0", { status, type: code, members }, requestId);
  if (isForm(request)) {
    return queryError(officialServices.sts.xmlNamespace, { status, code, message }, requestId);
  }
  // Services of REST with JSON spell it the one way or the other.
  const spelt = { Type: status >= 500 ? "Service" : "User", Message: message, ...members };
  return restError({ status, type: code, members: spelt }, requestId);
}
