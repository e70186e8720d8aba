import { notSupported } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { iamId, type Identities, type ManagedPolicy } from "../../core/iam/identities";
import { operationsOf } from "../../wire/operation";
import { awsManagedPolicy, awsManagedPolicyNames } from "./awsManagedPolicies";
import * as inputs from "./inputs";
import { parsePolicyDocument } from "../../core/iam/policyDocument";

/** A policy has the version that it was created with: others cannot be made here. */
const ONLY_VERSION = "v1";

const byPolicy = { supports: ["PolicyArn"] } as const;
const attachment = { supports: ["RoleName", "PolicyArn"], rules: inputs.memberRules } as const;

/** Policies that roles share: the account's own, and those of AWS's that functions are usually given. */
export function managedPolicyOperations(context: CloudContext, identities: Identities) {
  const onRole =
    (action: string) =>
    ({ RoleName: role, PolicyArn }: { readonly RoleName: string; readonly PolicyArn: string }) => [
      {
        action: `iam:${action}`,
        resource: identities.roles.get(role)?.arn ?? `arn:aws:iam::${context.accountId}:role/${role}`,
        context: { "iam:PolicyARN": PolicyArn },
      },
    ];
  const policyArn = (name: string, path = "/") => `arn:aws:iam::${context.accountId}:policy${path}${name}`;
  const operation = operationsOf("iam", context);
  const onPolicy =
    (action: string) =>
    ({ PolicyArn }: { readonly PolicyArn: string }) => [{ action: `iam:${action}`, resource: PolicyArn }];
  const find = (arn: string): ManagedPolicy => {
    const policy = identities.policies.get(arn) ?? awsManagedPolicy(arn);
    if (policy === undefined) throw inputs.noSuchEntity(`Policy ${arn}`);
    return policy;
  };
  const attachments = ({ arn }: ManagedPolicy) =>
    [...identities.roles.values()].filter((role) => role.attachedPolicies.has(arn)).length;
  const describe = (policy: ManagedPolicy) => ({
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: ONLY_VERSION,
    AttachmentCount: attachments(policy),
    IsAttachable: true,
    CreateDate: inputs.iamDate(policy.createDate),
    UpdateDate: inputs.iamDate(policy.createDate),
  });
  return {
    ...operation(
      "CreatePolicy",
      {
        supports: ["PolicyName", "PolicyDocument", "Path", "Description", "Tags"],
        rules: { ...inputs.memberRules, Description: { length: [0, 1000] } },
      },
      (input) => [{ action: "iam:CreatePolicy", resource: policyArn(input.PolicyName, input.Path) }],
      (input) => {
        const { PolicyName: policyName, PolicyDocument: text, Path: path = "/", Description, Tags } = input;
        const arn = policyArn(policyName, path);
        if (identities.policies.has(arn)) throw inputs.alreadyExists(`A policy called ${policyName}`);
        const policy: ManagedPolicy = {
          policyName,
          policyId: iamId(context.random, "ANPA", 17),
          arn,
          path,
          createDate: context.clock.now(),
          policy: { text, document: parsePolicyDocument(text, "identity") },
        };
        identities.policies.set(arn, policy);
        return { Policy: { ...describe(policy), Description, Tags } };
      },
    ),

    ...operation("GetPolicy", byPolicy, onPolicy("GetPolicy"), (input) => ({
      Policy: describe(find(input.PolicyArn)),
    })),

    ...operation(
      "GetPolicyVersion",
      { supports: ["PolicyArn", "VersionId"] },
      onPolicy("GetPolicyVersion"),
      (input) => {
        const { policy, createDate } = find(input.PolicyArn);
        if (input.VersionId !== ONLY_VERSION)
          throw inputs.noSuchEntity(`Policy ${input.PolicyArn} version ${input.VersionId}`);
        return {
          PolicyVersion: {
            Document: encodeURIComponent(policy.text),
            VersionId: ONLY_VERSION,
            IsDefaultVersion: true,
            CreateDate: inputs.iamDate(createDate),
          },
        };
      },
    ),

    ...operation("DeletePolicy", byPolicy, onPolicy("DeletePolicy"), (input) => {
      const policy = identities.policies.get(input.PolicyArn);
      if (policy === undefined) throw inputs.noSuchEntity(`Policy ${input.PolicyArn}`);
      if (attachments(policy) > 0) throw inputs.deleteConflict("must detach all policies first.");
      identities.policies.delete(policy.arn);
      return {};
    }),

    ...operation("AttachRolePolicy", attachment, onRole("AttachRolePolicy"), (input) => {
      const role = inputs.requireRole(identities, input.RoleName);
      const policy = identities.policies.get(input.PolicyArn) ?? awsManagedPolicy(input.PolicyArn);
      if (policy === undefined && input.PolicyArn.startsWith("arn:aws:iam::aws:policy/")) {
        throw notSupported(
          `The AWS-managed policy ${input.PolicyArn} (known: ${awsManagedPolicyNames.join(", ")}; it)`,
        );
      }
      if (policy === undefined) throw inputs.noSuchEntity(`Policy ${input.PolicyArn}`);
      role.attachedPolicies.set(policy.arn, policy);
      return {};
    }),

    ...operation("DetachRolePolicy", attachment, onRole("DetachRolePolicy"), (input) => {
      const role = inputs.requireRole(identities, input.RoleName);
      if (!role.attachedPolicies.delete(input.PolicyArn)) {
        throw inputs.noSuchEntity(`Policy ${input.PolicyArn} attached to role ${input.RoleName}`);
      }
      return {};
    }),

    ...operation(
      "ListAttachedRolePolicies",
      inputs.pageOfRole,
      (input) => [
        {
          action: "iam:ListAttachedRolePolicies",
          resource: inputs.requireRole(identities, input.RoleName).arn,
        },
      ],
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        const { items, rest } = inputs.page([...role.attachedPolicies.values()], input);
        return {
          AttachedPolicies: items.map(({ policyName, arn }) => ({ PolicyName: policyName, PolicyArn: arn })),
          ...rest,
        };
      },
    ),
  };
}
