import type { AwsError } from "../errors";
import { headerOf, type WireRequest, type WireResponse } from "./codec";
import { awsJsonCodec } from "./awsJson";
import { awsQueryCodec } from "./awsQuery";
import { encodeCborMap } from "./cbor";
import { restJsonCodec } from "./restJson";
import { escapeXml } from "./xml";

const json = awsJsonCodec("sts", { kind: "awsJson", version: "1.0", targetPrefixes: [] });
const query = awsQueryCodec({ kind: "awsQuery", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" });
const rest = restJsonCodec({ kind: "restJson", routes: [] });

/** Services that speak REST with XML, by the names that their clients sign for. None is here. */
const restXml = /^(s3|s3express|s3-object-lambda|s3-outposts|cloudfront|route53)$/;

function encodeXml(service: string, { status, code, message }: AwsError, requestId: string): WireResponse {
  const members = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  return {
    status,
    headers: {
      "content-type": "application/xml",
      "x-amz-request-id": requestId,
      "x-amzn-requestid": requestId,
    },
    body: `<?xml version="1.0" encoding="UTF-8"?>${
      service.startsWith("s3")
        ? `<Error>${members}${id}</Error>`
        : `<ErrorResponse><Error>${members}</Error>${id}</ErrorResponse>`
    }`,
  };
}

/**
 * An error for a request whose service (as its signature names it) is not known, or that came in a protocol which its service does not
 * speak here: written in the protocol that the request itself looks like, so that the client can show it.
 */
export function encodeErrorLike(
  request: WireRequest,
  service: string,
  error: AwsError,
  requestId: string,
): WireResponse {
  if (headerOf(request, "smithy-protocol") === "rpc-v2-cbor") {
    return {
      status: error.status,
      headers: {
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-requestid": requestId,
      },
      body: encodeCborMap({ __type: error.code, message: error.message }),
    };
  }
  if (restXml.test(service)) return encodeXml(service, error, requestId);
  if (headerOf(request, "x-amz-target") !== undefined) return json.encodeError(error, requestId);
  const form = headerOf(request, "content-type")?.startsWith("application/x-www-form-urlencoded") === true;
  return (form ? query : rest).encodeError(error, requestId);
}
