import { AwsError } from "../../../core/errors";
import type { CloudContext } from "../../../core/service";
import { checkDestination } from "../destinations";
import { executionRole, type Revision } from "../lambdaFunction";
import type { MappingSettings } from "./mapping";

const SQS_ACTIONS = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
const STREAM_ACTIONS = ["GetRecords", "GetShardIterator", "DescribeStream"];

/** Refuses a mapping that could not work: an unreadable source, a too short visibility timeout, a closed destination. */
export async function checkSource(
  context: CloudContext,
  fn: Revision,
  sourceArn: string,
  settings: MappingSettings,
): Promise<void> {
  switch (settings.kind) {
    case "sqs":
      checkQueueAccess(context, fn, sourceArn);
      await checkVisibilityTimeout(context, fn, sourceArn);
      return;
    case "stream":
      checkStreamAccess(context, fn, sourceArn);
      if (settings.onFailureArn !== undefined) {
        const field = "DestinationConfig.OnFailure.Destination";
        checkDestination(context, fn.settings.Role, settings.onFailureArn, field, ["sqs", "sns"]);
      }
  }
}

function checkQueueAccess(context: CloudContext, fn: Revision, queueArn: string): void {
  for (const action of SQS_ACTIONS) {
    if (may(context, fn, `sqs:${action}`, queueArn)) continue;
    throw new AwsError(
      "InvalidParameterValueException",
      `The provided execution role does not have permissions to call ${action} on SQS`,
    );
  }
}

function checkStreamAccess(context: CloudContext, fn: Revision, streamArn: string): void {
  const missing = [
    ...STREAM_ACTIONS.filter((action) => !may(context, fn, `dynamodb:${action}`, streamArn)),
    ...(may(context, fn, "dynamodb:ListStreams", "*") || may(context, fn, "dynamodb:ListStreams", streamArn)
      ? []
      : ["ListStreams"]),
  ];
  if (missing.length === 0) return;
  throw new AwsError(
    "InvalidParameterValueException",
    `Cannot access stream ${streamArn}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
      `DescribeStream, and ListStreams Actions on your stream in IAM. Missing: ${missing.join(", ")}`,
  );
}

function may(context: CloudContext, fn: Revision, action: string, resource: string): boolean {
  try {
    context.authorize(executionRole(context, fn), [{ action, resource }]);
    return true;
  } catch {
    return false;
  }
}

async function checkVisibilityTimeout(context: CloudContext, fn: Revision, queueArn: string): Promise<void> {
  const queueName = queueArn.split(":").pop() ?? "";
  const { Attributes } = await context
    .call(
      "sqs",
      "GetQueueAttributes",
      {
        QueueUrl: `${context.endpoint()}/${context.accountId}/${queueName}`,
        AttributeNames: ["VisibilityTimeout"],
      },
      executionRole(context, fn),
    )
    .catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(
        "InvalidParameterValueException",
        `Error occurred while ReceiveMessage. SQS Error Code: ${error.code}. SQS Error Message: ${error.message}`,
      );
    });
  const visibilityTimeout = Number(Attributes?.VisibilityTimeout);
  if (visibilityTimeout < fn.settings.Timeout) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Queue visibility timeout: ${visibilityTimeout} seconds is less than Function timeout: ${fn.settings.Timeout} seconds`,
    );
  }
}
