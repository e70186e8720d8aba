import * as v from "valibot";
import { retag } from "../retag";
import { resource, tagList, tags } from "../schemas";

const parameterInputs = v.strictObject({
  name: v.string(),
  type: v.picklist(["String", "StringList", "SecureString"]),
  value: v.string(),
  keyId: v.optional(v.string()),
  description: v.optional(v.string()),
  allowedPattern: v.optional(v.string()),
  tier: v.optional(v.picklist(["Standard", "Advanced"])),
  tags,
});

function parameterInput(inputs: v.InferOutput<typeof parameterInputs>) {
  return {
    Name: inputs.name,
    Type: inputs.type,
    Value: inputs.value,
    KeyId: inputs.keyId,
    Description: inputs.description,
    AllowedPattern: inputs.allowedPattern,
    Tier: inputs.tier,
  };
}

const parameter = resource({
  type: "aws:ssm/parameter:Parameter",
  inputs: parameterInputs,
  autoName: { property: "name" },
  async create(inputs, context) {
    const { Version } = await context.call("ssm", "PutParameter", {
      ...parameterInput(inputs),
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
    });
    const arn = `arn:aws:ssm:${context.region}:${context.accountId}:parameter/${inputs.name.replace(/^\//, "")}`;
    return { id: inputs.name, outputs: { arn, version: Version } };
  },
  async update(change, context) {
    const { id: ResourceId, inputs, changed, outputs } = change;
    const ResourceType = "Parameter";
    let version: unknown = outputs.version;
    if ([...changed].some((name) => name !== "tags")) {
      const { Version } = await context.call("ssm", "PutParameter", {
        ...parameterInput(inputs),
        // What is left out stays as it was.
        Description: inputs.description ?? "",
        AllowedPattern: inputs.allowedPattern ?? "",
        Overwrite: true,
      });
      version = Version;
    }
    await retag(
      change,
      (tags) => context.call("ssm", "AddTagsToResource", { ResourceType, ResourceId, Tags: tagList(tags) }),
      (TagKeys) => context.call("ssm", "RemoveTagsFromResource", { ResourceType, ResourceId, TagKeys }),
    );
    return { version };
  },
  async delete(_inputs, id, context) {
    await context.call("ssm", "DeleteParameter", { Name: id });
  },
});

export const ssm = [parameter];
