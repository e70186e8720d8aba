import { AwsError } from "../../core/errors";
import type { Principal } from "../../core/iam/principal";
import type { Access, CloudContext } from "../../core/service";
import { authorizeUseOfKey } from "../kms/useOfKey";
import type { Queue } from "./queues";

/** The permissions to do `actions` ("SendMessage") to a queue, under its own policy and tags. */
export function queueAccess(queue: Queue, ...actions: readonly string[]): readonly Access[] {
  const { policy } = queue.settings;
  return actions.map((action) => ({
    action: `sqs:${action}`,
    resource: queue.arn,
    ...(queue.tags.size === 0
      ? {}
      : { context: tagContext("aws:ResourceTag", Object.fromEntries(queue.tags)) }),
    ...(policy === undefined ? {} : { resourcePolicy: policy }),
  }));
}

/** KMS's refusals as SQS passes them on. */
const REFUSALS: Readonly<Record<string, string>> = {
  KMSAccessDeniedException: "KMS.AccessDeniedException",
  KMSDisabledException: "KMS.DisabledException",
  KMSInvalidStateException: "KMS.InvalidStateException",
  KMSNotFoundException: "KMS.NotFoundException",
};

/**
 * What else a caller needs where a queue has a KMS key: SQS developer guide, "Configure KMS permissions". SQS keeps a
 * data key for minutes; here each request asks.
 *
 * @throws AwsError with one of SQS's codes for what KMS refuses.
 */
export function checkKeyOf(
  context: CloudContext,
  { attributes, arn }: Queue,
  caller: Principal,
  use: "send" | "receive",
): void {
  const keyId = attributes.KmsMasterKeyId;
  if (keyId === undefined || keyId === "") return;
  // A producer decrypts to see that its data key is sound; a consumer makes none.
  const actions = use === "send" ? ["GenerateDataKey", "Decrypt"] : ["Decrypt"];
  try {
    authorizeUseOfKey(context, keyId, caller, "sqs", actions, { "aws:sqs:arn": arn });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(REFUSALS[error.code] ?? error.code, error.message, 400);
  }
}

/** Tags as the condition keys of IAM: "aws:RequestTag/Fleet". */
export function tagContext(
  key: "aws:ResourceTag" | "aws:RequestTag",
  tags: Readonly<Record<string, string>>,
): Record<string, string | readonly string[]> {
  const context: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(tags)) context[`${key}/${name}`] = value;
  if (key === "aws:RequestTag") context["aws:TagKeys"] = Object.keys(tags);
  return context;
}
