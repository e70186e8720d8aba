import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { checkTagTotal } from "../../wire/givenTags";
import type { Supported } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { type StreamViewType, STREAM_VIEW_TYPES } from "./streamRecord";
import type { Encryption, Table } from "./table";

/** Settings that `CreateTable` and `UpdateTable` take beside the schema and the throughput. */
export const settings = [
  "DeletionProtectionEnabled",
  "SSESpecification",
  "StreamSpecification",
  "TableClass",
] as const;

export const settingRules: Rules = {
  "SSESpecification.SSEType": { oneOf: ["AES256", "KMS"], supported: ["KMS"] },
  "StreamSpecification.StreamViewType": { oneOf: STREAM_VIEW_TYPES },
  TableClass: { oneOf: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"] },
};

export type Settings = Supported<"dynamodb", "UpdateTable", (typeof settings)[number]>;

export const tagRules: Rules = { "Tags.Key": { length: [1, 128] }, "Tags.Value": { length: [0, 256] } };

export function setTags(
  table: Table,
  tags: readonly { readonly Key: string; readonly Value: string }[],
): void {
  checkTagTotal(
    "dynamodb",
    table.tags.keys(),
    tags.map(({ Key }) => Key),
  );
  for (const { Key, Value } of tags) table.tags.set(Key, Value);
}

/** The key that encrypts a table; nothing when it is one that AWS owns, the default. Aliases are looked up once. */
export async function encryption(
  context: CloudContext,
  specification: Settings["SSESpecification"],
): Promise<Encryption | undefined> {
  if (specification?.Enabled !== true) {
    if (specification?.KMSMasterKeyId !== undefined) {
      throw invalid(
        "One or more parameter values were invalid: SSEType and KMSMasterKeyId can be specified only if SSE is enabled",
      );
    }
    return undefined;
  }
  const key = specification.KMSMasterKeyId ?? "alias/aws/dynamodb";
  return { kmsKeyArn: await keyArn(context, key) };
}

/** The ARN of a key that a table names by its id, its ARN, an alias or an alias's ARN. */
async function keyArn(context: CloudContext, KeyId: string): Promise<string> {
  const administrator = { kind: "administrator", accountId: context.accountId } as const;
  try {
    const { KeyMetadata: key } = await context.call("kms", "DescribeKey", { KeyId }, administrator);
    if (key?.KeyState === "Enabled" && key.Arn !== undefined) return key.Arn;
    throw invalid(`KMS key access denied error: ${KeyId} is ${key?.KeyState ?? "unknown"}; expected Enabled`);
  } catch (error) {
    if (error instanceof AwsError && error.code === "NotFoundException") throw invalid(error.message);
    throw error;
  }
}

/** The view type of the stream to turn on; "off" to turn it off; nothing when the request leaves streams alone. */
export function streamWish(
  specification: Settings["StreamSpecification"],
): StreamViewType | "off" | undefined {
  if (specification === undefined) return undefined;
  const { StreamEnabled, StreamViewType } = specification;
  if (!StreamEnabled) {
    if (StreamViewType !== undefined)
      throw invalid(
        "One or more parameter values were invalid: Table stream view type is specified for a disabled stream",
      );
    return "off";
  }
  if (StreamViewType === undefined)
    throw invalid(
      "One or more parameter values were invalid: StreamViewType must be specified when StreamEnabled is true",
    );
  return StreamViewType;
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
