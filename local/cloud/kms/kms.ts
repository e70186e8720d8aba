import * as v from "valibot";
import { AwsError } from "../core/errors";
import { type Access, type CloudContext, operation, type Service } from "../core/service";
import { parsePolicyDocument } from "../iam/policyDocument";
import { type Key, Keys } from "./keys";
import { messageOf } from "../core/messageOf";

const DAY_MS = 24 * 60 * 60 * 1000;
/** KMS names a key's one policy so. */
const POLICY_NAME = "default";

const KeyId = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));
const byKey = v.strictObject({ KeyId });

/** KMS: symmetric keys of the account with their policies, rotation and aliases. It encrypts nothing. */
export function createKms(context: CloudContext): Service {
  const keys = new Keys(context);
  const on = (action: string) => (input: { readonly KeyId: string }) =>
    accessTo(keys.get(input.KeyId), action);

  return {
    name: "kms",
    protocol: { kind: "awsJson", version: "1.1", targetPrefixes: ["TrentService"] },
    operations: {
      CreateKey: operation(
        context,
        v.strictObject({
          Policy: v.optional(v.string()),
          Description: v.optional(v.pipe(v.string(), v.maxLength(8192)), ""),
          KeyUsage: v.optional(v.literal("ENCRYPT_DECRYPT")),
          KeySpec: v.optional(v.literal("SYMMETRIC_DEFAULT")),
          MultiRegion: v.optional(v.literal(false)),
          Tags: v.optional(v.array(v.strictObject({ TagKey: v.string(), TagValue: v.string() })), []),
        }),
        () => [{ action: "kms:CreateKey", resource: "*" }],
        (input) => {
          if (input.Policy !== undefined) checkPolicy(input.Policy);
          const key = keys.create({
            description: input.Description,
            manager: "CUSTOMER",
            policy: input.Policy ?? accountsPolicy(context.accountId),
            tags: new Map(input.Tags.map((tag) => [tag.TagKey, tag.TagValue])),
          });
          return { KeyMetadata: metadata(key, context.accountId) };
        },
      ),

      DescribeKey: operation(context, byKey, on("DescribeKey"), (input) => ({
        KeyMetadata: metadata(keys.get(input.KeyId), context.accountId),
      })),

      GetKeyPolicy: operation(
        context,
        v.strictObject({ KeyId, PolicyName: v.optional(v.literal(POLICY_NAME)) }),
        on("GetKeyPolicy"),
        (input) => ({ Policy: keys.get(input.KeyId).policy, PolicyName: POLICY_NAME }),
      ),

      PutKeyPolicy: operation(
        context,
        v.strictObject({ KeyId, PolicyName: v.optional(v.literal(POLICY_NAME)), Policy: v.string() }),
        on("PutKeyPolicy"),
        (input) => {
          checkPolicy(input.Policy);
          changeable(keys.get(input.KeyId)).policy = input.Policy;
          return {};
        },
      ),

      EnableKeyRotation: operation(
        context,
        v.strictObject({
          KeyId,
          RotationPeriodInDays: v.optional(
            v.pipe(v.number(), v.integer(), v.minValue(90), v.maxValue(2560)),
            365,
          ),
        }),
        on("EnableKeyRotation"),
        (input) => {
          changeable(keys.get(input.KeyId)).rotationPeriodDays = input.RotationPeriodInDays;
          return {};
        },
      ),

      GetKeyRotationStatus: operation(context, byKey, on("GetKeyRotationStatus"), (input) => {
        const { id, rotationPeriodDays: days } = keys.get(input.KeyId);
        return {
          KeyId: id,
          KeyRotationEnabled: days !== undefined,
          ...(days === undefined ? {} : { RotationPeriodInDays: days }),
        };
      }),

      CreateAlias: operation(
        context,
        v.strictObject({
          AliasName: v.pipe(v.string(), v.regex(/^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/)),
          TargetKeyId: KeyId,
        }),
        (input) => accessTo(keys.get(input.TargetKeyId), "CreateAlias"),
        (input) => {
          keys.addAlias(input.AliasName, changeable(keys.get(input.TargetKeyId)));
          return {};
        },
      ),

      ScheduleKeyDeletion: operation(
        context,
        v.strictObject({
          KeyId,
          PendingWindowInDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(7), v.maxValue(30)), 30),
        }),
        on("ScheduleKeyDeletion"),
        (input) => {
          const key = changeable(keys.get(input.KeyId));
          key.state = "PendingDeletion";
          key.deletionDate = context.clock.now() + input.PendingWindowInDays * DAY_MS;
          return {
            KeyId: key.arn,
            DeletionDate: key.deletionDate / 1000,
            KeyState: key.state,
            PendingWindowInDays: input.PendingWindowInDays,
          };
        },
      ),
    },
  };
}

function accessTo(key: Key, action: string): Access[] {
  return [{ action: `kms:${action}`, resource: key.arn, resourcePolicy: key.policy }];
}

/** The key, unless it is AWS's own or on its way out. */
function changeable(key: Key): Key {
  if (key.manager === "AWS") {
    throw new AwsError("AccessDeniedException", `${key.arn} is managed by AWS; nobody else can change it`);
  }
  if (key.state === "PendingDeletion") {
    throw new AwsError("KMSInvalidStateException", `${key.arn} is pending deletion.`);
  }
  return key;
}

function checkPolicy(policy: string): void {
  try {
    parsePolicyDocument(policy, "resource");
  } catch (error) {
    throw new AwsError("MalformedPolicyDocumentException", messageOf(error));
  }
}

/** The policy of a key that was given none: the account's own policies decide (KMS developer guide). */
function accountsPolicy(accountId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}

function metadata(key: Key, accountId: string): object {
  return {
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt / 1000,
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeySpec: "SYMMETRIC_DEFAULT",
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    KeyState: key.state,
    KeyManager: key.manager,
    Origin: "AWS_KMS",
    MultiRegion: false,
    ...(key.deletionDate === undefined ? {} : { DeletionDate: key.deletionDate / 1000 }),
  };
}
