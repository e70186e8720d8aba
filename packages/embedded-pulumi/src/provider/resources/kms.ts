import * as v from "valibot";
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
      Tags: Object.entries(inputs.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    });
    const { KeyId = "", Arn } = KeyMetadata ?? {};
    if (inputs.enableKeyRotation) {
      await context.call("kms", "EnableKeyRotation", {
        KeyId,
        RotationPeriodInDays: inputs.rotationPeriodInDays,
      });
    }
    return { id: KeyId, outputs: { arn: Arn, keyId: KeyId, enableKeyRotation: inputs.enableKeyRotation } };
  },
});

const alias = resource({
  type: "aws:kms/alias:Alias",
  inputs: v.strictObject({ name: v.string(), targetKeyId: v.string() }),
  async create(inputs, context) {
    await context.call("kms", "CreateAlias", { AliasName: inputs.name, TargetKeyId: inputs.targetKeyId });
    const arn = `arn:aws:kms:${context.region}:${context.accountId}:${inputs.name}`;
    return { id: inputs.name, outputs: { arn } };
  },
});

export const kms = [key, alias];
