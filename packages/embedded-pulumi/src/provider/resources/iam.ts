import * as v from "valibot";
import type { CreateContext } from "../resourceType";
import { jsonDocument, resource, tagList, tags } from "../schemas";

function putRolePolicy(context: CreateContext, role: string, name: string, policy: string): Promise<unknown> {
  return context.call("iam", "PutRolePolicy", { RoleName: role, PolicyName: name, PolicyDocument: policy });
}

function attachRolePolicy(context: CreateContext, role: string, policyArn: string): Promise<unknown> {
  return context.call("iam", "AttachRolePolicy", { RoleName: role, PolicyArn: policyArn });
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
    for (const { name, policy } of inputs.inlinePolicies)
      await putRolePolicy(context, inputs.name, name, policy);
    for (const arn of inputs.managedPolicyArns) await attachRolePolicy(context, inputs.name, arn);
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
});

const rolePolicy = resource({
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: v.strictObject({ name: v.string(), role: v.string(), policy: jsonDocument }),
  autoName: { property: "name" },
  async create(inputs, context) {
    await putRolePolicy(context, inputs.role, inputs.name, inputs.policy);
    return { id: `${inputs.role}:${inputs.name}`, outputs: {} };
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
});

const rolePolicyAttachment = resource({
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: v.strictObject({ role: v.string(), policyArn: v.string() }),
  async create(inputs, context) {
    await attachRolePolicy(context, inputs.role, inputs.policyArn);
    return { id: `${inputs.role}/${inputs.policyArn}`, outputs: {} };
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
    if (inputs.role !== undefined) {
      await context.call("iam", "AddRoleToInstanceProfile", {
        InstanceProfileName: inputs.name,
        RoleName: inputs.role,
      });
    }
    return {
      id: inputs.name,
      outputs: { arn: InstanceProfile.Arn, uniqueId: InstanceProfile.InstanceProfileId, path: inputs.path },
    };
  },
});

export const iam = [role, rolePolicy, policy, rolePolicyAttachment, instanceProfile];
