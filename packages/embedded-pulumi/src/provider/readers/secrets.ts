import type { CreateContext } from "../resourceType";
import { isSame } from "../asRead";
import { keyAs, type Reader, type Readers, tagsFrom } from "./reader";

const key: Reader = async ({ id: KeyId, inputs }, context) => {
  const { call } = context;
  const { KeyMetadata: found } = await call("kms", "DescribeKey", { KeyId });
  if (found === undefined || found.KeyState === "PendingDeletion") return undefined;
  const rotation = await call("kms", "GetKeyRotationStatus", { KeyId });
  const { Policy } = await call("kms", "GetKeyPolicy", { KeyId, PolicyName: "default" });
  const { Tags = [] } = await call("kms", "ListResourceTags", { KeyId });
  const rotates = rotation.KeyRotationEnabled === true;
  return {
    inputs: {
      description: found.Description,
      policy: inputs.policy === undefined && isOwners(Policy, context) ? undefined : Policy,
      enableKeyRotation: rotates,
      rotationPeriodInDays: rotates ? rotation.RotationPeriodInDays : undefined,
      tags: tagsFrom(Tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue }))),
    },
    defaults: { rotationPeriodInDays: rotates ? 365 : undefined },
  };
};

/** Whether it is what KMS gives a key for which nobody says anything else: the account's own policies decide. */
function isOwners(policy: string | undefined, { accountId }: CreateContext): boolean {
  const { Statement } = JSON.parse(policy ?? "{}") as {
    Statement?: readonly Readonly<Record<string, unknown>>[];
  };
  const [{ Sid: _name, ...only } = {}, ...others] = Statement ?? [];
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  return others.length === 0 && isSame(only, { Effect: "Allow", Principal, Action: "kms:*", Resource: "*" });
}

const alias: Reader = async ({ id, inputs }, context) => {
  const { KeyMetadata: found } = await context.call("kms", "DescribeKey", { KeyId: id });
  const { targetKeyId: given } = inputs;
  return {
    inputs: { targetKeyId: given === found?.KeyId ? given : await keyAs(given, found?.Arn, context) },
  };
};

const parameter: Reader = async ({ id: Name }, { call }) => {
  const { Parameter = {} } = await call("ssm", "GetParameter", { Name, WithDecryption: true });
  const { Parameters = [] } = await call("ssm", "DescribeParameters", {
    ParameterFilters: [{ Key: "Name", Option: "Equals", Values: [Name] }],
  });
  const { TagList } = await call("ssm", "ListTagsForResource", {
    ResourceType: "Parameter",
    ResourceId: Name,
  });
  const [found = {}] = Parameters;
  const secure = Parameter.Type === "SecureString";
  return {
    inputs: {
      type: Parameter.Type,
      value: Parameter.Value,
      keyId: secure ? found.KeyId : undefined,
      description: found.Description,
      allowedPattern: found.AllowedPattern,
      tier: found.Tier,
      tags: tagsFrom(TagList),
    },
    defaults: { keyId: secure ? "alias/aws/ssm" : undefined, tier: "Standard" },
    outputs: { version: Parameter.Version },
  };
};

export const secretReaders: Readers = {
  "aws:kms/key:Key": key,
  "aws:kms/alias:Alias": alias,
  "aws:ssm/parameter:Parameter": parameter,
};
