import { AwsError } from "../errors";
import type { Protocol, ServiceName } from "../service";
import { headerOf, type Codec } from "./codec";
import { parseJsonObject } from "./json";

/** Services that write a namespace before the error's name in `__type`; clients cut it off at the "#". */
const errorNamespaces: Partial<Record<ServiceName, string>> = {
  dynamodb: "com.amazonaws.dynamodb.v20120810#",
};

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, everything else in a JSON body. */
export function awsJsonCodec(service: ServiceName, protocol: Extract<Protocol, { kind: "awsJson" }>): Codec {
  const contentType = `application/x-amz-json-${protocol.version}`;
  return {
    decode(request) {
      const target = headerOf(request, "x-amz-target") ?? "";
      const dot = target.lastIndexOf(".");
      if (dot < 0 || !protocol.targetPrefixes.includes(target.slice(0, dot))) {
        throw new AwsError(
          "UnknownOperationException",
          `X-Amz-Target: got ${target === "" ? "none" : `"${target}"`}; expected "${protocol.targetPrefixes.join('" or "')}.<Operation>": ` +
            `${service} speaks AWS JSON ${protocol.version} here, as the clients of today do`,
        );
      }
      return { operation: target.slice(dot + 1), input: parseJsonObject(request.body), status: 200 };
    },

    encode(output, decoded, requestId) {
      return {
        status: decoded.status,
        headers: { "content-type": contentType, "x-amzn-requestid": requestId },
        body: JSON.stringify(output),
      };
    },

    encodeError(error, requestId) {
      return {
        status: error.status,
        headers: { "content-type": contentType, "x-amzn-requestid": requestId },
        body: JSON.stringify({
          __type: `${errorNamespaces[service] ?? ""}${error.code}`,
          message: error.message,
          ...error.details,
        }),
      };
    },
  };
}
