import type { Codec } from "./codec";
import { decodeForm } from "./awsQuery";
import { xmlElement, xmlMembers } from "./xml";

const namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";

/**
 * EC2's own variant of the query protocol: lists are flattened on the way in (`Filter.1.Value.2=x`) and made
 * of `<item>`s on the way out. An operation's members carry their names on the wire: `Filter` and
 * `InstanceId` in inputs, `reservationSet` and `instanceId` in outputs.
 */
export function ec2QueryCodec(): Codec {
  const headers = (requestId: string) => ({
    "content-type": "text/xml;charset=UTF-8",
    "x-amzn-requestid": requestId,
  });
  return {
    decode: decodeForm,

    encode(output, { operation, status }, requestId) {
      const members = xmlElement("requestId", requestId, "item") + xmlMembers(output, "item");
      return {
        status,
        headers: headers(requestId),
        body: `<${operation}Response xmlns="${namespace}">${members}</${operation}Response>`,
      };
    },

    encodeError(error, requestId) {
      const members = {
        Errors: { Error: { Code: error.code, Message: error.message } },
        RequestID: requestId,
      };
      return {
        status: error.status,
        headers: headers(requestId),
        body: `<?xml version="1.0" encoding="UTF-8"?>${xmlElement("Response", members, "item")}`,
      };
    },
  };
}
