import { type Lifecycle, tags, TAGS, statement, trust, roleOf } from "./parts";

export const iam: readonly Lifecycle[] = [
  {
    type: "aws:iam/role:Role",
    base: async (make) => {
      for (const name of ["one", "two"])
        await make("aws:iam/policy:Policy", { name, policy: statement("sqs:*") });
      return {
        name: "r",
        assumeRolePolicy: trust("lambda.amazonaws.com"),
        inlinePolicies: [{ name: "a", policy: statement("sqs:*") }],
        managedPolicyArns: ["arn:aws:iam::000000000000:policy/one"],
        tags,
      };
    },
    changes: {
      assumeRolePolicy: { assumeRolePolicy: trust("ec2.amazonaws.com") },
      description: { description: "d" },
      maxSessionDuration: { maxSessionDuration: 7200 },
      inlinePolicies: { inlinePolicies: [{ name: "b", policy: statement("sns:*") }] },
      managedPolicyArns: { managedPolicyArns: ["arn:aws:iam::000000000000:policy/two"] },
      tags: TAGS,
    },
    silent: ["forceDetachPolicies"],
    describe: async (call, RoleName) => {
      const { Role } = await call("iam", "GetRole", { RoleName });
      const { PolicyNames } = await call("iam", "ListRolePolicies", { RoleName });
      return {
        ...Role,
        Description: Role.Description ?? "",
        inline: await Promise.all(
          PolicyNames.map((PolicyName) => call("iam", "GetRolePolicy", { RoleName, PolicyName })),
        ),
        attached: (await call("iam", "ListAttachedRolePolicies", { RoleName })).AttachedPolicies,
      };
    },
  },

  {
    type: "aws:iam/rolePolicy:RolePolicy",
    base: async (make) => {
      await roleOf(make);
      return { name: "p", role: "role", policy: statement("sqs:*") };
    },
    changes: { policy: { policy: statement("sns:*") } },
    describe: (call) => call("iam", "GetRolePolicy", { RoleName: "role", PolicyName: "p" }),
  },

  {
    type: "aws:iam/policy:Policy",
    base: () => ({ name: "p", policy: statement("sqs:*"), tags }),
    changes: { policy: { policy: statement("sns:*") }, tags: TAGS },
    describe: async (call, PolicyArn) => {
      const { Policy = {} } = await call("iam", "GetPolicy", { PolicyArn });
      const VersionId = Policy.DefaultVersionId;
      const { PolicyVersion } = await call("iam", "GetPolicyVersion", { PolicyArn, VersionId });
      return { Arn: Policy.Arn, Tags: Policy.Tags, Document: PolicyVersion?.Document };
    },
  },

  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    base: async (make) => {
      await roleOf(make);
      const { id } = await make("aws:iam/policy:Policy", { name: "p", policy: statement("sqs:*") });
      return { role: "role", policyArn: id };
    },
    changes: {},
    describe: async (call) =>
      (await call("iam", "ListAttachedRolePolicies", { RoleName: "role" })).AttachedPolicies?.[0],
  },

  {
    type: "aws:iam/instanceProfile:InstanceProfile",
    base: async (make) => {
      await roleOf(make, "a");
      await roleOf(make, "b");
      return { name: "p", role: "a", tags };
    },
    changes: { role: { role: "b" }, tags: TAGS },
    describe: async (call, InstanceProfileName) => {
      const { InstanceProfile } = await call("iam", "GetInstanceProfile", { InstanceProfileName });
      return { roles: InstanceProfile.Roles.map(({ RoleName }) => RoleName), tags: InstanceProfile.Tags };
    },
  },
];
