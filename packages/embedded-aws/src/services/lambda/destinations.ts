import { AwsError } from "../../core/errors";
import { elsewhere, isOwnArn } from "../../core/ownArn";
import type { CloudContext } from "../../core/service";
import { executionRole, roleNameOf, type Revision } from "./lambdaFunction";

/** Where records of failed work go. */
type Destination =
  | { readonly kind: "sqs"; readonly queueUrl: string }
  | { readonly kind: "sns"; readonly topicArn: string }
  | { readonly kind: "lambda"; readonly functionName: string };

type Kind = Destination["kind"];

const PERMISSIONS: Readonly<Record<Kind, string>> = {
  sqs: "sqs:SendMessage",
  sns: "sns:Publish",
  lambda: "lambda:InvokeFunction",
};

/** An attribute of an SQS or SNS message. */
export interface MessageAttribute {
  readonly DataType: "String" | "Number";
  readonly StringValue: string;
}

function parseDestination(context: CloudContext, arn: string): Destination | undefined {
  const [, service, resource = ""] = /^arn:aws:(sqs|sns|lambda):[a-z0-9-]+:\d{12}:(.+)$/.exec(arn) ?? [];
  if (service === "sqs") {
    return { kind: service, queueUrl: `${context.endpoint()}/${context.accountId}/${resource}` };
  }
  if (service === "sns") return { kind: service, topicArn: arn };
  if (service === "lambda") return { kind: service, functionName: arn };
  return undefined;
}

/** Refuses a destination of the wrong kind, and one that the function's role may not send to, as Lambda does. */
export function checkDestination(
  context: CloudContext,
  roleArn: string,
  arn: string,
  field: string,
  kinds: readonly Kind[],
): void {
  const destination = parseDestination(context, arn);
  if (destination === undefined || !kinds.includes(destination.kind)) {
    throw new AwsError(
      "InvalidParameterValueException",
      `${field}: got "${arn}"; expected the ARN of one of: ${kinds.join(", ")}`,
    );
  }
  if (!isOwnArn(context, arn)) throw elsewhere(field, arn);
  const action = PERMISSIONS[destination.kind];
  const role = {
    kind: "role",
    accountId: context.accountId,
    roleName: roleNameOf(roleArn),
    sessionName: "lambda",
  } as const;
  try {
    context.authorize(role, [{ action, resource: arn }]);
  } catch {
    throw new AwsError(
      "InvalidParameterValueException",
      `The function's execution role does not have permissions to call ${action.split(":")[1] ?? action} on ${arn}`,
    );
  }
}

/** Sends one record, as the function's role. Rejects with the destination's own error. */
export async function send(
  context: CloudContext,
  fn: Revision,
  arn: string,
  body: string,
  attributes: Readonly<Record<string, MessageAttribute>> = {},
): Promise<void> {
  const destination = parseDestination(context, arn);
  const role = executionRole(context, fn);
  const hasAttributes = Object.keys(attributes).length > 0;
  const MessageAttributes = hasAttributes ? { MessageAttributes: attributes } : {};
  if (destination === undefined) {
    throw new AwsError("InvalidParameterValueException", `"${arn}" is no destination`);
  }
  switch (destination.kind) {
    case "sqs": {
      const { queueUrl } = destination;
      await context.call(
        "sqs",
        "SendMessage",
        { QueueUrl: queueUrl, MessageBody: body, ...MessageAttributes },
        role,
      );
      return;
    }
    case "sns":
      await context.call(
        "sns",
        "Publish",
        { TopicArn: destination.topicArn, Message: body, ...MessageAttributes },
        role,
      );
      return;
    case "lambda": {
      const { functionName } = destination;
      await context.call(
        "lambda",
        "Invoke",
        { FunctionName: functionName, InvocationType: "Event", Payload: Buffer.from(body) },
        role,
      );
      return;
    }
  }
}
