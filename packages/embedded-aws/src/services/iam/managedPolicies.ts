import * as v from "valibot";
import { notSupported } from "../../core/errors";
import { operation, type CloudContext, type Operation } from "../../core/service";
import { iamId, type Identities, type ManagedPolicy } from "../../core/iam/identities";
import { awsManagedPolicy, awsManagedPolicyNames } from "./awsManagedPolicies";
import * as inputs from "./inputs";
import { parsePolicyDocument } from "../../core/iam/policyDocument";

/** Policies that roles share: the account's own, and those of AWS's that functions are usually given. */
export function managedPolicyOperations(
  context: CloudContext,
  identities: Identities,
): Record<string, Operation> {
  const onRole = (action: string, role: string, policyArn: string) => [
    {
      action: `iam:${action}`,
      resource: identities.roles.get(role)?.arn ?? `arn:aws:iam::${context.accountId}:role/${role}`,
      context: { "iam:PolicyARN": policyArn },
    },
  ];
  const attachment = v.strictObject({ RoleName: inputs.roleName, PolicyArn: v.string() });
  return {
    CreatePolicy: operation(
      context,
      v.strictObject({ PolicyName: inputs.policyName, PolicyDocument: v.string(), Path: inputs.path }),
      (input) => [{ action: "iam:CreatePolicy", resource: policyArn(context, input.Path, input.PolicyName) }],
      (input) => {
        const arn = policyArn(context, input.Path, input.PolicyName);
        if (identities.policies.has(arn)) throw inputs.alreadyExists(`A policy called ${input.PolicyName}`);
        const policy: ManagedPolicy = {
          policyName: input.PolicyName,
          policyId: iamId(context.random, "ANPA", 17),
          arn,
          path: input.Path,
          createDate: context.clock.now(),
          policy: {
            text: input.PolicyDocument,
            document: parsePolicyDocument(input.PolicyDocument, "identity"),
          },
        };
        identities.policies.set(arn, policy);
        return {
          Policy: {
            PolicyName: policy.policyName,
            PolicyId: policy.policyId,
            Arn: arn,
            Path: policy.path,
            DefaultVersionId: "v1",
            AttachmentCount: 0,
            IsAttachable: true,
            CreateDate: inputs.iamDate(policy.createDate),
            UpdateDate: inputs.iamDate(policy.createDate),
          },
        };
      },
    ),

    AttachRolePolicy: operation(
      context,
      attachment,
      (input) => onRole("AttachRolePolicy", input.RoleName, input.PolicyArn),
      (input) => {
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
      },
    ),

    DetachRolePolicy: operation(
      context,
      attachment,
      (input) => onRole("DetachRolePolicy", input.RoleName, input.PolicyArn),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        if (!role.attachedPolicies.delete(input.PolicyArn)) {
          throw inputs.noSuchEntity(`Policy ${input.PolicyArn} attached to role ${input.RoleName}`);
        }
        return {};
      },
    ),

    ListAttachedRolePolicies: operation(
      context,
      v.strictObject({ RoleName: inputs.roleName, ...inputs.paging }),
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

function policyArn(context: CloudContext, path: string, name: string): string {
  return `arn:aws:iam::${context.accountId}:policy${path}${name}`;
}
