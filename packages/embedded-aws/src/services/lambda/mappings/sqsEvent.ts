import { parseJson } from "../../../core/parseJson";
import type { Answer } from "../../../wire/operation";

/** A message as `ReceiveMessage` gives it. */
export type ReceivedMessage = NonNullable<Answer<"sqs", "ReceiveMessage">["Messages"]>[number];

export interface SqsEventRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, object>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: "aws:sqs";
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** A message as the function's event shows it. */
export function sqsEventRecord(message: ReceivedMessage, queueArn: string, region: string): SqsEventRecord {
  const messageAttributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue !== undefined && {
        binaryValue: Buffer.from(value.BinaryValue).toString("base64"),
      }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(messageAttributes) as Record<string, object>,
    ...(message.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/** What filter patterns see of a record: a body that is JSON is matched as JSON. */
export function filterableSqsRecord(record: SqsEventRecord): object {
  try {
    return { ...record, body: parseJson(record.body) };
  } catch {
    return record;
  }
}
