import * as v from "valibot";
import { afterwards } from "../afterwards";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { jsonDocument, resource, tagList, tags } from "../schemas";
import { unlessGone } from "../unlessGone";

function putRolePolicy(context: CreateContext, role: string, name: string, policy: string): Promise<unknown> {
  return context.call("iam", "PutRolePolicy", { RoleName: role, PolicyName: name, PolicyDocument: policy });
}

function attachRolePolicy(context: CreateContext, role: string, policyArn: string): Promise<unknown> {
  return context.call("iam", "AttachRolePolicy", { RoleName: role, PolicyArn: policyArn });
}

function deleteRolePolicy(context: CreateContext, role: string, name: string): Promise<unknown> {
  return context.call("iam", "DeleteRolePolicy", { RoleName: role, PolicyName: name });
}

function detachRolePolicy(context: CreateContext, role: string, policyArn: string): Promise<unknown> {
  return context.call("iam", "DetachRolePolicy", { RoleName: role, PolicyArn: policyArn });
}

const role = resource({
  type: "aws:iam/role:Role",
  inputs: v.strictObject({
    name: v.string(),
    assumeRolePolicy: jsonDocument,
    description: v.optional(v.string()),
    path: v.optional(v.string(), "/"),
    maxSessionDuration: v.optional(v.number(), 3600),
    /** Matters to deletion only. */
    forceDetachPolicies: v.optional(v.boolean()),
    inlinePolicies: v.optional(v.array(v.strictObject({ name: v.string(), policy: jsonDocument })), []),
    managedPolicyArns: v.optional(v.array(v.string()), []),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { Role } = await context.call("iam", "CreateRole", {
      RoleName: inputs.name,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      Description: inputs.description,
      Path: inputs.path,
      MaxSessionDuration: inputs.maxSessionDuration,
      Tags: tagList(inputs.tags),
    });
    await afterwards(inputs.name, async () => {
      for (const { name, policy } of inputs.inlinePolicies)
        await putRolePolicy(context, inputs.name, name, policy);
      for (const arn of inputs.managedPolicyArns) await attachRolePolicy(context, inputs.name, arn);
    });
    return {
      id: inputs.name,
      outputs: {
        arn: Role.Arn,
        uniqueId: Role.RoleId,
        createDate: Role.CreateDate.toISOString(),
        path: inputs.path,
        maxSessionDuration: inputs.maxSessionDuration,
      },
    };
  },
  async update(change, context) {
    const { id: RoleName, inputs, old, changed } = change;
    if (changed.has("assumeRolePolicy"))
      await context.call("iam", "UpdateAssumeRolePolicy", {
        RoleName,
        PolicyDocument: inputs.assumeRolePolicy,
      });
    if (changed.has("description") || changed.has("maxSessionDuration"))
      await context.call("iam", "UpdateRole", {
        RoleName,
        Description: inputs.description ?? "",
        MaxSessionDuration: inputs.maxSessionDuration,
      });
    if (changed.has("inlinePolicies")) {
      const names = inputs.inlinePolicies.map(({ name }) => name);
      for (const { name } of old.inlinePolicies)
        if (!names.includes(name)) await deleteRolePolicy(context, RoleName, name);
      for (const { name, policy } of inputs.inlinePolicies)
        await putRolePolicy(context, RoleName, name, policy);
    }
    if (changed.has("managedPolicyArns")) {
      for (const arn of old.managedPolicyArns)
        if (!inputs.managedPolicyArns.includes(arn)) await detachRolePolicy(context, RoleName, arn);
      for (const arn of inputs.managedPolicyArns) await attachRolePolicy(context, RoleName, arn);
    }
    await retag(
      change,
      (tags) => context.call("iam", "TagRole", { RoleName, Tags: tagList(tags) }),
      (TagKeys) => context.call("iam", "UntagRole", { RoleName, TagKeys }),
    );
    return { maxSessionDuration: inputs.maxSessionDuration };
  },
  async delete(inputs, id, context) {
    // Its own go with it; what other resources have attached, they detach.
    for (const { name } of inputs.inlinePolicies) await unlessGone(deleteRolePolicy(context, id, name));
    for (const arn of inputs.managedPolicyArns) await unlessGone(detachRolePolicy(context, id, arn));
    if (inputs.forceDetachPolicies === true) await detachAll(id, context);
    await context.call("iam", "DeleteRole", { RoleName: id });
  },
});

/** Whoever has attached it: `forceDetachPolicies`. */
async function detachAll(RoleName: string, context: CreateContext): Promise<void> {
  const { AttachedPolicies = [] } = await context.call("iam", "ListAttachedRolePolicies", { RoleName });
  for (const { PolicyArn = "" } of AttachedPolicies) await detachRolePolicy(context, RoleName, PolicyArn);
  const { PolicyNames } = await context.call("iam", "ListRolePolicies", { RoleName });
  for (const name of PolicyNames) await deleteRolePolicy(context, RoleName, name);
}

const rolePolicy = resource({
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: v.strictObject({ name: v.string(), role: v.string(), policy: jsonDocument }),
  autoName: { property: "name" },
  async create(inputs, context) {
    await putRolePolicy(context, inputs.role, inputs.name, inputs.policy);
    return { id: `${inputs.role}:${inputs.name}`, outputs: {} };
  },
  async update({ inputs }, context) {
    await putRolePolicy(context, inputs.role, inputs.name, inputs.policy);
    return undefined;
  },
  async delete({ role, name }, _id, context) {
    await deleteRolePolicy(context, role, name);
  },
});

const policy = resource({
  type: "aws:iam/policy:Policy",
  inputs: v.strictObject({
    name: v.string(),
    policy: jsonDocument,
    description: v.optional(v.string()),
    path: v.optional(v.string(), "/"),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { Policy } = await context.call("iam", "CreatePolicy", {
      PolicyName: inputs.name,
      PolicyDocument: inputs.policy,
      Description: inputs.description,
      Path: inputs.path,
      Tags: tagList(inputs.tags),
    });
    const { Arn = "", PolicyId } = Policy ?? {};
    return { id: Arn, outputs: { arn: Arn, policyId: PolicyId, path: inputs.path } };
  },
  async update(change, context) {
    const { id: PolicyArn, inputs, changed } = change;
    if (changed.has("policy")) {
      const spare = await spareVersions(PolicyArn, context);
      // Five is the most that IAM keeps.
      if (spare.length >= 4) await deletePolicyVersion(PolicyArn, spare.at(-1), context);
      await context.call("iam", "CreatePolicyVersion", {
        PolicyArn,
        PolicyDocument: inputs.policy,
        SetAsDefault: true,
      });
    }
    await retag(
      change,
      (tags) => context.call("iam", "TagPolicy", { PolicyArn, Tags: tagList(tags) }),
      (TagKeys) => context.call("iam", "UntagPolicy", { PolicyArn, TagKeys }),
    );
    return undefined;
  },
  async delete(_inputs, id, context) {
    for (const version of await spareVersions(id, context)) await deletePolicyVersion(id, version, context);
    await context.call("iam", "DeletePolicy", { PolicyArn: id });
  },
});

/** The versions of a policy that do not count, the oldest last. */
async function spareVersions(PolicyArn: string, context: CreateContext): Promise<readonly string[]> {
  const { Versions = [] } = await context.call("iam", "ListPolicyVersions", { PolicyArn });
  const number = (id: string) => Number(id.slice(1));
  return Versions.flatMap(({ VersionId, IsDefaultVersion }) =>
    VersionId === undefined || IsDefaultVersion === true ? [] : [VersionId],
  ).sort((a, b) => number(b) - number(a));
}

async function deletePolicyVersion(
  PolicyArn: string,
  VersionId: string | undefined,
  context: CreateContext,
): Promise<void> {
  await context.call("iam", "DeletePolicyVersion", { PolicyArn, VersionId });
}

const rolePolicyAttachment = resource({
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: v.strictObject({ role: v.string(), policyArn: v.string() }),
  async create(inputs, context) {
    await attachRolePolicy(context, inputs.role, inputs.policyArn);
    return { id: `${inputs.role}/${inputs.policyArn}`, outputs: {} };
  },
  async delete({ role, policyArn }, _id, context) {
    await detachRolePolicy(context, role, policyArn);
  },
});

const instanceProfile = resource({
  type: "aws:iam/instanceProfile:InstanceProfile",
  inputs: v.strictObject({
    name: v.string(),
    role: v.optional(v.string()),
    path: v.optional(v.string(), "/"),
    tags,
  }),
  autoName: { property: "name" },
  async create(inputs, context) {
    const { InstanceProfile } = await context.call("iam", "CreateInstanceProfile", {
      InstanceProfileName: inputs.name,
      Path: inputs.path,
      Tags: tagList(inputs.tags),
    });
    const { role: RoleName } = inputs;
    if (RoleName !== undefined)
      await afterwards(inputs.name, () =>
        context.call("iam", "AddRoleToInstanceProfile", { InstanceProfileName: inputs.name, RoleName }),
      );
    return {
      id: inputs.name,
      outputs: { arn: InstanceProfile.Arn, uniqueId: InstanceProfile.InstanceProfileId, path: inputs.path },
    };
  },
  async update(change, context) {
    const { id: InstanceProfileName, inputs, changed } = change;
    if (changed.has("role")) {
      await removeRole(InstanceProfileName, context);
      if (inputs.role !== undefined)
        await context.call("iam", "AddRoleToInstanceProfile", { InstanceProfileName, RoleName: inputs.role });
    }
    await retag(
      change,
      (tags) => context.call("iam", "TagInstanceProfile", { InstanceProfileName, Tags: tagList(tags) }),
      (TagKeys) => context.call("iam", "UntagInstanceProfile", { InstanceProfileName, TagKeys }),
    );
    return undefined;
  },
  async delete(_inputs, id, context) {
    await removeRole(id, context);
    await context.call("iam", "DeleteInstanceProfile", { InstanceProfileName: id });
  },
});

/** Takes the role out of a profile, which has one at most. */
async function removeRole(InstanceProfileName: string, context: CreateContext): Promise<void> {
  const { InstanceProfile } = await context.call("iam", "GetInstanceProfile", { InstanceProfileName });
  for (const { RoleName } of InstanceProfile.Roles)
    await context.call("iam", "RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
}

export const iam = [role, rolePolicy, policy, rolePolicyAttachment, instanceProfile];
