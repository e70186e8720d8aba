import type { AwsError } from "../errors";
import { headerOf, type WireRequest, type WireResponse } from "./codec";
import { awsJsonCodec } from "./awsJson";
import { awsQueryCodec } from "./awsQuery";
import { encodeCborMap } from "./cbor";
import { restJsonCodec } from "./restJson";

const json = awsJsonCodec("sts", { kind: "awsJson", version: "1.0", targetPrefixes: [] });
const query = awsQueryCodec({ kind: "awsQuery", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" });
const rest = restJsonCodec({ kind: "restJson", routes: [] });

/**
 * An error for a request whose service is not known, or that came in a protocol which its service does not
 * speak here: written in the protocol that the request itself looks like, so that the client can show it.
 */
export function encodeErrorLike(request: WireRequest, error: AwsError, requestId: string): WireResponse {
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
  if (headerOf(request, "x-amz-target") !== undefined) return json.encodeError(error, requestId);
  const form = headerOf(request, "content-type")?.startsWith("application/x-www-form-urlencoded") === true;
  return (form ? query : rest).encodeError(error, requestId);
}
