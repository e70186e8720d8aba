import { asAwsError } from "../../core/dispatch";
import type { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import type { Input } from "../../wire/operation";
import { queryCodeOf } from "../../wire/serviceWire";
import { escapeXml } from "../../wire/xml";
import { type ApiAnswer, gatewayAnswer } from "./answer";
import type { IntegrationSettings } from "./apis";
import { evaluateExpression, type RequestSource, type Surroundings } from "./selection";

const NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/";

/**
 * SQS-SendMessage: the request's parameters are mapped, the message is sent as the integration's role, and SQS's own
 * answer, the XML of its query protocol, comes back. What a parameter asks for and the request does not have is 400
 * before anything is sent.
 */
export async function sendToQueue(
  context: CloudContext,
  apiArn: string,
  { CredentialsArn = "", RequestParameters = {} }: IntegrationSettings,
  source: RequestSource,
  surroundings: Surroundings,
  requestId: string,
): Promise<ApiAnswer> {
  const values = new Map<string, string>();
  for (const [name, expression] of Object.entries(RequestParameters)) {
    const value = evaluateExpression(expression, source, surroundings);
    if (value === undefined)
      return gatewayAnswer(
        400,
        `Unable to resolve property ${name} from source ${expression}. Please make sure that the request to API Gateway contains all the necessary fields specified in request parameters.`,
      );
    values.set(name, value);
  }
  const message = messageOf(values);
  if (typeof message === "string") return gatewayAnswer(400, message);

  const roleName = CredentialsArn.split("/").at(-1) ?? "";
  const sessionName = "apigateway";
  try {
    await context.call(
      "sts",
      "AssumeRole",
      { RoleArn: CredentialsArn, RoleSessionName: sessionName },
      { kind: "service", service: "apigateway.amazonaws.com", sourceArn: apiArn },
    );
  } catch (error) {
    return gatewayAnswer(500, asAwsError(error).message);
  }
  try {
    const sent = await context.call("sqs", "SendMessage", message, {
      kind: "role",
      accountId: context.accountId,
      roleName,
      sessionName,
    });
    const member = (name: keyof typeof sent) =>
      sent[name] === undefined ? "" : `<${name}>${escapeXml(sent[name])}</${name}>`;
    return xml(
      200,
      `<SendMessageResponse xmlns="${NAMESPACE}"><SendMessageResult>${member("MessageId")}${member("MD5OfMessageBody")}` +
        `${member("MD5OfMessageAttributes")}${member("SequenceNumber")}</SendMessageResult>` +
        `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></SendMessageResponse>`,
    );
  } catch (cause) {
    return refusalOf(asAwsError(cause), requestId);
  }
}

/** The message, or what is wrong with it. */
function messageOf(values: ReadonlyMap<string, string>): Input<"sqs", "SendMessage"> | string {
  const text = (name: string) => values.get(name);
  const attributes = text("MessageAttributes");
  const delay = text("DelaySeconds");
  if (delay !== undefined && !/^\d{1,3}$/.test(delay)) return `DelaySeconds: got ${delay}; expected seconds`;
  let MessageAttributes: Input<"sqs", "SendMessage">["MessageAttributes"];
  try {
    if (attributes !== undefined)
      MessageAttributes = parseJson(attributes) as Input<"sqs", "SendMessage">["MessageAttributes"];
  } catch {
    return "MessageAttributes: expected a JSON object";
  }
  return {
    QueueUrl: text("QueueUrl"),
    MessageBody: text("MessageBody"),
    MessageGroupId: text("MessageGroupId"),
    MessageDeduplicationId: text("MessageDeduplicationId"),
    DelaySeconds: delay === undefined ? undefined : Number(delay),
    MessageAttributes,
  };
}

function refusalOf({ code, message, status }: AwsError, requestId: string): ApiAnswer {
  const fault = status >= 500 ? "Receiver" : "Sender";
  const answer = xml(
    status,
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${fault}</Type><Code>${escapeXml(queryCodeOf("@aws-sdk/client-sqs", code))}</Code>` +
      `<Message>${escapeXml(message)}</Message><Detail/></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
  return { ...answer, log: { integrationErrorMessage: message, "integration.error": message } };
}

function xml(status: number, body: string): ApiAnswer {
  return { status, headers: { "content-type": "text/xml" }, body: `<?xml version="1.0"?>${body}` };
}
