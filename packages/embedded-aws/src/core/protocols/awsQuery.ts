import { AwsError } from "../errors";
import type { Protocol } from "../service";
import type { Codec, WireRequest } from "./codec";
import { formParameters, membersOf } from "./form";
import { escapeXml, xmlElement, xmlMembers } from "./xml";

/** The query protocol (IAM, STS, SNS): `Action` and members as a form, the answer as XML. */
export function awsQueryCodec(protocol: Extract<Protocol, { kind: "awsQuery" }>): Codec {
  const namespace = escapeXml(protocol.namespace);
  return {
    decode: decodeForm,

    encode(output, { operation, status }, requestId) {
      const result = `<${operation}Result>${xmlMembers(output, "member")}</${operation}Result>`;
      const metadata = xmlElement("ResponseMetadata", { RequestId: requestId }, "member");
      return {
        status,
        headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
        body: `<${operation}Response xmlns="${namespace}">${result}${metadata}</${operation}Response>`,
      };
    },

    encodeError(error, requestId) {
      const members = {
        Error: {
          Type: error.status >= 500 ? "Receiver" : "Sender",
          Code: error.code,
          Message: error.message,
          ...error.details,
        },
        RequestId: requestId,
      };
      return {
        status: error.status,
        headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
        body: `<ErrorResponse xmlns="${namespace}">${xmlMembers(members, "member")}</ErrorResponse>`,
      };
    },
  };
}

/** `Action` and the members of a form; shared by both query protocols. */
export function decodeForm(request: WireRequest) {
  const parameters = formParameters(request);
  const operation = parameters.get("Action") ?? "";
  if (!/^[A-Za-z]+$/.test(operation)) {
    throw new AwsError("MissingAction", `Action: got "${operation}"; expected the name of an operation`);
  }
  return { operation, input: membersOf(parameters), status: 200 };
}
