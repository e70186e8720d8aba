import { hash } from "node:crypto";
import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { PassingFailure } from "../shared/failure";
import type { Timing } from "../shared/retry";
import { sendEntries, type EntryRequest } from "../shared/sendEntries";
import type { DeadLetter } from "./deadLetter";

/** A request takes ten messages (SQS API reference) ... */
const MOST_ENTRIES = 10;
/** ... and this many bytes over all of them, bodies and attributes: 1 MiB. */
const MOST_BYTES = 1024 * 1024;

/** A queue of what cannot be handled. */
export interface DeadLetterQueue {
  /**
   * Sends letters, and tells for each, in their order, what stood in the way; undefined once the queue has it.
   *
   * @param deadline in the timing's milliseconds.
   */
  readonly sendAll: (
    letters: readonly DeadLetter[],
    deadline: number,
  ) => Promise<readonly (Error | undefined)[]>;
}

export function createDeadLetterQueue(options: {
  readonly client: Pick<SQSClient, "send">;
  readonly queueUrl: string;
  readonly timing: Timing;
}): DeadLetterQueue {
  const { client, queueUrl, timing } = options;
  const request: EntryRequest<DeadLetter> = {
    mostEntries: MOST_ENTRIES,
    mostBytes: MOST_BYTES,
    bytesOf,
    async send(letters, abortSignal) {
      const command = new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: letters.map((letter, place) => ({ Id: String(place), ...letter })),
      });
      const answer = await client.send(command, { abortSignal });
      return letters.map((letter, place) => failureOf(letter, answer, String(place)));
    },
  };
  return { sendAll: (letters, deadline) => sendEntries(letters, request, timing, deadline) };
}

/**
 * What became of one letter; undefined when the queue has it. What the answer does not name it may not have. As AWS's own
 * client, it compares what SQS has taken with what was sent (API reference, `MD5OfMessageBody`).
 */
function failureOf(
  { MessageBody }: DeadLetter,
  // Stryker disable next-line ArrayDeclaration: what has no id is no letter's.
  { Successful = [], Failed = [] }: SendMessageBatchCommandOutput,
  id: string,
): Error | undefined {
  const taken = Successful.find(({ Id }) => Id === id);
  if (taken !== undefined) {
    return taken.MD5OfMessageBody === hash("md5", MessageBody, "hex")
      ? undefined
      : Object.assign(new Error("SQS has taken another body than was sent"), {
          name: "InvalidChecksumError",
        });
  }
  const {
    SenderFault = false,
    Code: code = "InternalFailure",
    Message: message = code,
  } = Failed.find(({ Id }) => Id === id) ?? {};
  return SenderFault ? Object.assign(new Error(message), { name: code }) : new PassingFailure(code, message);
}

/** As SQS counts a message: its body, and its attributes' names, types and values; in UTF-8. */
function bytesOf({ MessageBody, MessageAttributes }: DeadLetter): number {
  let bytes = Buffer.byteLength(MessageBody);
  for (const [name, { DataType = "", StringValue = "", BinaryValue }] of Object.entries(MessageAttributes))
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      (BinaryValue?.byteLength ?? 0);
  return bytes;
}
