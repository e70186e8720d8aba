import * as v from "valibot";
import { afterwards } from "../afterwards";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { jsonDocument, resource, tags } from "../schemas";

const key = resource({
  type: "aws:kms/key:Key",
  inputs: v.strictObject({
    description: v.optional(v.string()),
    policy: v.optional(jsonDocument),
    enableKeyRotation: v.optional(v.boolean(), false),
    rotationPeriodInDays: v.optional(v.number()),
    /** Matters to deletion only. */
    deletionWindowInDays: v.optional(v.number()),
    tags,
  }),
  async create(inputs, context) {
    const { KeyMetadata } = await context.call("kms", "CreateKey", {
      Description: inputs.description,
      Policy: inputs.policy,
      Tags: keyTags(inputs.tags),
    });
    const { KeyId = "", Arn } = KeyMetadata ?? {};
    if (inputs.enableKeyRotation) await afterwards(KeyId, () => rotate(KeyId, inputs, context));
    return { id: KeyId, outputs: { arn: Arn, keyId: KeyId, enableKeyRotation: inputs.enableKeyRotation } };
  },
  async update(change, context) {
    const { id: KeyId, inputs, changed } = change;
    if (changed.has("description"))
      await context.call("kms", "UpdateKeyDescription", { KeyId, Description: inputs.description ?? "" });
    if (changed.has("policy")) {
      const Policy = inputs.policy ?? ownerPolicy(context);
      await context.call("kms", "PutKeyPolicy", { KeyId, PolicyName: "default", Policy });
    }
    if (changed.has("enableKeyRotation") || changed.has("rotationPeriodInDays"))
      await rotate(KeyId, inputs, context);
    await retag(
      change,
      (tags) => context.call("kms", "TagResource", { KeyId, Tags: keyTags(tags) }),
      (TagKeys) => context.call("kms", "UntagResource", { KeyId, TagKeys }),
    );
    return { enableKeyRotation: inputs.enableKeyRotation };
  },
  async delete(inputs, id, context) {
    await context.call("kms", "ScheduleKeyDeletion", {
      KeyId: id,
      PendingWindowInDays: inputs.deletionWindowInDays,
    });
  },
});

function keyTags(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

function rotate(
  KeyId: string,
  inputs: { readonly enableKeyRotation: boolean; readonly rotationPeriodInDays?: number | undefined },
  context: CreateContext,
): Promise<unknown> {
  return inputs.enableKeyRotation
    ? context.call("kms", "EnableKeyRotation", { KeyId, RotationPeriodInDays: inputs.rotationPeriodInDays })
    : context.call("kms", "DisableKeyRotation", { KeyId });
}

/** What KMS gives a key for which nobody says anything else: the account's own policies decide. */
function ownerPolicy({ accountId }: CreateContext): string {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal, Action: "kms:*", Resource: "*" },
    ],
  });
}

const alias = resource({
  type: "aws:kms/alias:Alias",
  inputs: v.strictObject({ name: v.string(), targetKeyId: v.string() }),
  autoName: { property: "name", onlyByPrefix: true },
  async create(inputs, context) {
    await context.call("kms", "CreateAlias", { AliasName: inputs.name, TargetKeyId: inputs.targetKeyId });
    const arn = `arn:aws:kms:${context.region}:${context.accountId}:${inputs.name}`;
    return { id: inputs.name, outputs: { arn, ...(await targetOf(inputs.name, context)) } };
  },
  async update({ id, inputs }, context) {
    await context.call("kms", "UpdateAlias", { AliasName: id, TargetKeyId: inputs.targetKeyId });
    return await targetOf(id, context);
  },
  async delete(_inputs, id, context) {
    await context.call("kms", "DeleteAlias", { AliasName: id });
  },
});

async function targetOf(KeyId: string, context: CreateContext) {
  const { KeyMetadata } = await context.call("kms", "DescribeKey", { KeyId });
  return { targetKeyArn: KeyMetadata?.Arn };
}

export const kms = [key, alias];
