import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext, Service } from "../../core/service";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { checkTagTotal } from "../../wire/givenTags";
import { officialService, operationsOf, type Output } from "../../wire/operation";
import { accessTo } from "./access";
import { cryptoOperations } from "./cryptoOperations";
import { type Key, keysOf } from "./keys";
import type { Principal } from "../../core/iam/principal";

const DAY_MS = 24 * 60 * 60 * 1000;
/** KMS names a key's one policy so. */
const POLICY_NAME = "default";

/** From the KMS API reference. */
const KeyId = { length: [1, 2048] } as const;
const Description = { length: [0, 8192] } as const;
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;
const PolicyName = { oneOf: [POLICY_NAME] } as const;
/** A member that AWS's model calls deprecated; HashiCorp's provider still sends it, alone. */
interface FormerInput {
  readonly CustomerMasterKeySpec?: string | undefined;
}
const byKey = { supports: ["KeyId"], rules: { KeyId } } as const;

/** KMS: symmetric keys of the account with their policies, rotation and aliases, and what they encrypt. */
export function createKms(context: CloudContext): Service {
  const keys = keysOf(context);
  const on = (action: string) => (input: { readonly KeyId: string }) =>
    accessTo(keys.getByKeyId(input.KeyId), action);

  /** The key that an alias is to name. */
  const targetOf = ({ TargetKeyId: target }: { readonly TargetKeyId: string }) => {
    if (/^(?:arn:.*:)?alias\//.test(target))
      throw new AwsError("ValidationException", "Aliases must refer to keys. Not aliases");
    return keys.get(target);
  };

  const operation = operationsOf("kms", context);
  return officialService("kms", {
    ...cryptoOperations(context, keys),

    ...operation(
      "CreateKey",
      {
        supports: [
          ...(["Policy", "Description", "KeyUsage", "KeySpec", "MultiRegion", "Tags"] as const),
          "BypassPolicyLockoutSafetyCheck",
          // The former name of KeySpec.
          "CustomerMasterKeySpec",
        ],
        rules: {
          Description,
          CustomerMasterKeySpec: { supported: ["SYMMETRIC_DEFAULT"] },
          KeyUsage: { supported: ["ENCRYPT_DECRYPT"] },
          KeySpec: { supported: ["SYMMETRIC_DEFAULT"] },
          MultiRegion: { supported: [false] },
        },
      },
      () => [{ action: "kms:CreateKey", resource: "*" }],
      (input, { caller }) => {
        const { CustomerMasterKeySpec }: FormerInput = input;
        if (input.KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
          throw new AwsError(
            "ValidationException",
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
          );
        }
        const id = context.random.uuid();
        if (input.Policy !== undefined) {
          const bypassed = input.BypassPolicyLockoutSafetyCheck === true;
          checkPolicy(context, keys.arnOf(id), input.Policy, caller, bypassed);
        }
        const key = keys.create(id, {
          description: input.Description ?? "",
          manager: "CUSTOMER",
          policy: input.Policy ?? accountsPolicy(context.accountId),
          tags: new Map(input.Tags?.map((tag) => [tag.TagKey, tag.TagValue])),
        });
        return { KeyMetadata: metadata(key, context.accountId) };
      },
    ),

    ...operation(
      "DescribeKey",
      byKey,
      (input) => accessTo(keys.get(input.KeyId), "DescribeKey"),
      (input) => ({
        KeyMetadata: metadata(keys.get(input.KeyId), context.accountId),
      }),
    ),

    ...operation(
      "GetKeyPolicy",
      { supports: ["KeyId", "PolicyName"], rules: { KeyId, PolicyName } },
      on("GetKeyPolicy"),
      (input) => ({ Policy: keys.getByKeyId(input.KeyId).policy, PolicyName: POLICY_NAME }),
    ),

    ...operation(
      "PutKeyPolicy",
      {
        supports: ["KeyId", "PolicyName", "Policy", "BypassPolicyLockoutSafetyCheck"],
        rules: { KeyId, PolicyName },
      },
      on("PutKeyPolicy"),
      (input, { caller }) => {
        const key = changeable(keys.getByKeyId(input.KeyId));
        const bypassed = input.BypassPolicyLockoutSafetyCheck === true;
        checkPolicy(context, key.arn, input.Policy, caller, bypassed);
        key.policy = input.Policy;
        return {};
      },
    ),

    ...operation(
      "EnableKeyRotation",
      {
        supports: ["KeyId", "RotationPeriodInDays"],
        rules: { KeyId, RotationPeriodInDays: { range: [90, 2560] } },
      },
      on("EnableKeyRotation"),
      (input) => {
        changeable(keys.getByKeyId(input.KeyId)).rotationPeriodDays = input.RotationPeriodInDays ?? 365;
        return {};
      },
    ),

    ...operation("DisableKeyRotation", byKey, on("DisableKeyRotation"), (input) => {
      changeable(keys.getByKeyId(input.KeyId)).rotationPeriodDays = undefined;
      return {};
    }),

    ...operation(
      "TagResource",
      {
        supports: ["KeyId", "Tags"],
        rules: { KeyId, "Tags.TagKey": { length: [1, 128] }, "Tags.TagValue": { length: [0, 256] } },
      },
      on("TagResource"),
      (input) => {
        const { tags } = changeable(keys.getByKeyId(input.KeyId));
        checkTagTotal(
          "kms",
          tags.keys(),
          input.Tags.map(({ TagKey }) => TagKey),
        );
        for (const { TagKey, TagValue } of input.Tags) tags.set(TagKey, TagValue);
        return {};
      },
    ),

    ...operation(
      "UntagResource",
      { supports: ["KeyId", "TagKeys"], rules: { KeyId } },
      on("UntagResource"),
      (input) => {
        const { tags } = changeable(keys.getByKeyId(input.KeyId));
        for (const key of input.TagKeys) tags.delete(key);
        return {};
      },
    ),

    ...operation("ListResourceTags", byKey, on("ListResourceTags"), (input) => ({
      Tags: [...keys.getByKeyId(input.KeyId).tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
      Truncated: false,
    })),

    ...operation(
      "UpdateKeyDescription",
      { supports: ["KeyId", "Description"], rules: { KeyId, Description } },
      on("UpdateKeyDescription"),
      (input) => {
        changeable(keys.getByKeyId(input.KeyId)).description = input.Description;
        return {};
      },
    ),

    ...operation(
      "ListKeys",
      { supports: ["Limit", "Marker"], rules: { Limit: { range: [1, LARGEST_PAGE] } } },
      () => [{ action: "kms:ListKeys", resource: "*" }],
      ({ Limit = DEFAULT_PAGE, Marker }) => {
        const { items, next } = pageOf(keys.all(), Marker, Limit, "InvalidMarkerException");
        return {
          Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
          ...(next === undefined ? { Truncated: false } : { Truncated: true, NextMarker: next }),
        };
      },
    ),

    ...operation("ListKeyPolicies", byKey, on("ListKeyPolicies"), (input) => {
      keys.getByKeyId(input.KeyId);
      return { PolicyNames: [POLICY_NAME], Truncated: false };
    }),

    ...operation("GetKeyRotationStatus", byKey, on("GetKeyRotationStatus"), (input) => {
      const { id, rotationPeriodDays: days } = keys.getByKeyId(input.KeyId);
      return {
        KeyId: id,
        KeyRotationEnabled: days !== undefined,
        ...(days === undefined ? {} : { RotationPeriodInDays: days }),
      };
    }),

    ...operation(
      "CreateAlias",
      {
        supports: ["AliasName", "TargetKeyId"],
        rules: { AliasName: { pattern: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/ }, TargetKeyId: KeyId },
      },
      (input) => accessTo(targetOf(input), "CreateAlias"),
      (input) => {
        keys.addAlias(input.AliasName, changeable(targetOf(input)));
        return {};
      },
    ),

    ...operation(
      "UpdateAlias",
      {
        supports: ["AliasName", "TargetKeyId"],
        rules: { AliasName: { pattern: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/ }, TargetKeyId: KeyId },
      },
      (input) => accessTo(targetOf(input), "UpdateAlias"),
      (input) => {
        keys.updateAlias(input.AliasName, changeable(targetOf(input)));
        return {};
      },
    ),

    ...operation(
      "DeleteAlias",
      { supports: ["AliasName"] },
      (input) => accessTo(keys.get(input.AliasName), "DeleteAlias"),
      (input) => {
        keys.deleteAlias(input.AliasName);
        return {};
      },
    ),

    ...operation(
      "ListAliases",
      { supports: ["KeyId"], rules: { KeyId } },
      () => [{ action: "kms:ListAliases", resource: "*" }],
      (input) => {
        const id = input.KeyId === undefined ? undefined : keys.getByKeyId(input.KeyId).id;
        return {
          Aliases: [...keys.aliases()]
            .filter(([, target]) => (id ?? target) === target)
            .map(([AliasName, TargetKeyId]) => ({
              AliasName,
              AliasArn: keys.aliasArn(AliasName),
              TargetKeyId,
            })),
          Truncated: false,
        };
      },
    ),

    ...operation("EnableKey", byKey, on("EnableKey"), (input) => {
      changeable(keys.getByKeyId(input.KeyId)).state = "Enabled";
      return {};
    }),

    ...operation("DisableKey", byKey, on("DisableKey"), (input) => {
      changeable(keys.getByKeyId(input.KeyId)).state = "Disabled";
      return {};
    }),

    ...operation("CancelKeyDeletion", byKey, on("CancelKeyDeletion"), (input) => {
      const key = keys.getByKeyId(input.KeyId);
      if (key.state !== "PendingDeletion") {
        throw new AwsError("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
      }
      // As in AWS: it comes back disabled.
      key.state = "Disabled";
      key.deletionDate = undefined;
      return { KeyId: key.arn };
    }),

    ...operation(
      "ScheduleKeyDeletion",
      {
        supports: ["KeyId", "PendingWindowInDays"],
        rules: { KeyId, PendingWindowInDays: { range: [7, 30] } },
      },
      on("ScheduleKeyDeletion"),
      (input) => {
        const key = changeable(keys.getByKeyId(input.KeyId));
        const { PendingWindowInDays = 30 } = input;
        key.state = "PendingDeletion";
        key.deletionDate = context.clock.now() + PendingWindowInDays * DAY_MS;
        return {
          KeyId: key.arn,
          DeletionDate: new Date(key.deletionDate),
          KeyState: key.state,
          PendingWindowInDays,
        };
      },
    ),
  });
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

/** @throws AwsError for a policy that KMS would not keep, unless `bypassed` for one that locks its author out. */
function checkPolicy(
  context: CloudContext,
  keyArn: string,
  policy: string,
  caller: Principal,
  bypassed: boolean,
): void {
  const document = parsePolicyDocument(policy, "resource");
  const unknown = context.policies.unknownPrincipal(document);
  if (unknown !== undefined) {
    throw new AwsError(
      "MalformedPolicyDocumentException",
      `Policy contains a statement with one or more invalid principals. (there is no ${unknown})`,
    );
  }
  // PutKeyPolicy, "BypassPolicyLockoutSafetyCheck": whoever puts the policy must be able to put the next one.
  const next = { action: "kms:PutKeyPolicy", resource: keyArn, resourcePolicy: policy };
  if (bypassed || context.policies.allows(caller, next)) return;
  throw new AwsError(
    "MalformedPolicyDocumentException",
    "The new key policy will not allow you to update the key policy in the future.",
  );
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

function metadata(key: Key, accountId: string): Output<"kms", "DescribeKey">["KeyMetadata"] {
  return {
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.createdAt),
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
    ...(key.deletionDate === undefined ? {} : { DeletionDate: new Date(key.deletionDate) }),
  };
}
