import type { WireResponse } from "../core/http";
import { writeCbor } from "./cbor";
import { escapeXml } from "./xml";

/*
 * What is around an error in each protocol. Services put their models' names and members into it; requests that no
 * service here understands get the same, so that their clients can read why.
 */

/** `members` hold the message; `type` is the error's name, with whatever namespace the service writes before it. */
export function jsonError(
  version: "1.0" | "1.1",
  { status, type, members }: { status: number; type: string; members: object },
  requestId: string,
): WireResponse {
  return {
    status,
    headers: { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": requestId },
    body: JSON.stringify({ __type: type, ...members }),
  };
}

export function cborError(
  { status, type, members }: { status: number; type: string; members: object },
  requestId: string,
): WireResponse {
  return {
    status,
    headers: {
      "content-type": "application/cbor",
      "smithy-protocol": "rpc-v2-cbor",
      "x-amzn-requestid": requestId,
    },
    body: writeCbor({ __type: type, ...members }),
  };
}

export function restError(
  { status, type, members }: { status: number; type: string; members: object },
  requestId: string,
): WireResponse {
  return {
    status,
    headers: {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      "x-amzn-errortype": type,
    },
    body: JSON.stringify(members),
  };
}

/** An error as it stands in XML; `details` are further elements. */
export interface XmlError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: string;
}

export function queryError(
  namespace: string,
  { status, code, message, details = "" }: XmlError,
  requestId: string,
): WireResponse {
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body:
      `<ErrorResponse xmlns="${escapeXml(namespace)}"><Error><Type>${faultOf(status)}</Type><Code>${escapeXml(code)}</Code>` +
      `<Message>${escapeXml(message)}</Message>${details}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

export function ec2Error({ status, code, message }: XmlError, requestId: string): WireResponse {
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  return {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
    body:
      `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error>${error}</Error></Errors>` +
      `<RequestID>${requestId}</RequestID></Response>`,
  };
}

/** REST with XML bodies: S3, which has no element around its error, CloudFront, Route 53. */
export function restXmlError(
  wrapped: boolean,
  { status, code, message }: XmlError,
  requestId: string,
): WireResponse {
  const members = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  const body = wrapped
    ? `<ErrorResponse><Error>${members}</Error>${id}</ErrorResponse>`
    : `<Error>${members}${id}</Error>`;
  return {
    status,
    headers: {
      "content-type": "application/xml",
      "x-amz-request-id": requestId,
      "x-amzn-requestid": requestId,
    },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}

/** Whose fault the query protocols say that an error is. */
export function faultOf(status: number): "Receiver" | "Sender" {
  return status >= 500 ? "Receiver" : "Sender";
}
