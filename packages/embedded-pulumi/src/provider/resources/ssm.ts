import * as v from "valibot";
import { resource, tagList, tags } from "../schemas";

const parameter = resource({
  type: "aws:ssm/parameter:Parameter",
  inputs: v.strictObject({
    name: v.string(),
    type: v.picklist(["String", "StringList", "SecureString"]),
    value: v.string(),
    keyId: v.optional(v.string()),
    description: v.optional(v.string()),
    allowedPattern: v.optional(v.string()),
    tier: v.optional(v.picklist(["Standard", "Advanced"])),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { Version } = await context.call("ssm", "PutParameter", {
      Name: inputs.name,
      Type: inputs.type,
      Value: inputs.value,
      KeyId: inputs.keyId,
      Description: inputs.description,
      AllowedPattern: inputs.allowedPattern,
      Tier: inputs.tier,
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
    });
    const arn = `arn:aws:ssm:${context.region}:${context.accountId}:parameter/${inputs.name.replace(/^\//, "")}`;
    return { id: inputs.name, outputs: { arn, version: Version } };
  },
});

export const ssm = [parameter];
