import { decoded, type Reader, type Readers, tagsFrom, whereGiven } from "./reader";

const role: Reader = async (asked, { call }) => {
  const RoleName = asked.id;
  const { Role } = await call("iam", "GetRole", { RoleName });
  const { PolicyNames } = await call("iam", "ListRolePolicies", { RoleName });
  const inline = PolicyNames.map(async (name) => {
    const { PolicyDocument } = await call("iam", "GetRolePolicy", { RoleName, PolicyName: name });
    return { name, policy: decoded(PolicyDocument) };
  });
  const { AttachedPolicies = [] } = await call("iam", "ListAttachedRolePolicies", { RoleName });
  return {
    inputs: {
      assumeRolePolicy: decoded(Role.AssumeRolePolicyDocument),
      description: Role.Description,
      maxSessionDuration: Role.MaxSessionDuration,
      // Resources of their own add to these as well.
      ...whenAny(asked.inputs, {
        inlinePolicies: await Promise.all(inline),
        managedPolicyArns: AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
      }),
      tags: tagsFrom(Role.Tags),
    },
  };
};

/** Those lists of which the program gives a member. */
function whenAny(
  inputs: Readonly<Record<string, unknown>>,
  observed: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const filled = Object.entries(inputs).filter(([, value]) => Array.isArray(value) && value.length > 0);
  return whereGiven({ inputs: Object.fromEntries(filled) }, observed);
}

const rolePolicy: Reader = async ({ text }, { call }) => {
  const { PolicyDocument } = await call("iam", "GetRolePolicy", {
    RoleName: text("role"),
    PolicyName: text("name"),
  });
  return { inputs: { policy: decoded(PolicyDocument) } };
};

const policy: Reader = async ({ id: PolicyArn }, { call }) => {
  const { Policy = {} } = await call("iam", "GetPolicy", { PolicyArn });
  const VersionId = Policy.DefaultVersionId;
  const { PolicyVersion } = await call("iam", "GetPolicyVersion", { PolicyArn, VersionId });
  return { inputs: { policy: decoded(PolicyVersion?.Document), tags: tagsFrom(Policy.Tags) } };
};

const rolePolicyAttachment: Reader = async ({ text }, { call }) => {
  const { AttachedPolicies = [] } = await call("iam", "ListAttachedRolePolicies", { RoleName: text("role") });
  return AttachedPolicies.some(({ PolicyArn }) => PolicyArn === text("policyArn"))
    ? { inputs: {} }
    : undefined;
};

const instanceProfile: Reader = async ({ id: InstanceProfileName }, { call }) => {
  const { InstanceProfile } = await call("iam", "GetInstanceProfile", { InstanceProfileName });
  const [role] = InstanceProfile.Roles;
  return { inputs: { role: role?.RoleName, tags: tagsFrom(InstanceProfile.Tags) } };
};

export const iamReaders: Readers = {
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/policy:Policy": policy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
};
