import { notSupported } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { iamId, type Identities, type ManagedPolicy } from "../../core/iam/identities";
import { operationsOf } from "../../wire/operation";
import { awsManagedPolicies, awsManagedPolicy, awsManagedPolicyNames } from "./awsManagedPolicies";
import * as inputs from "./inputs";
import { checkAttachedPolicies, checkManagedPolicySize } from "./quotas";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { PolicyVersions } from "../../core/iam/policyVersions";

const PolicyUsageFilter = { oneOf: ["PermissionsPolicy", "PermissionsBoundary"] } as const;
const byPolicy = { supports: ["PolicyArn"] } as const;
const attachment = { supports: ["RoleName", "PolicyArn"], rules: inputs.memberRules } as const;

/** Any policy, AWS's own too. */
export function findPolicy(identities: Identities, arn: string): ManagedPolicy {
  return awsManagedPolicy(arn) ?? ownPolicy(identities, arn);
}

/** A policy that the account may change. */
export function ownPolicy(identities: Identities, arn: string): ManagedPolicy {
  const policy = identities.policies.get(arn);
  if (policy === undefined) throw inputs.noSuchEntity(`Policy ${arn}`);
  return policy;
}

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
  const find = (arn: string) => findPolicy(identities, arn);
  const attachments = ({ arn }: ManagedPolicy) =>
    [...identities.roles.values()].filter((role) => role.attachedPolicies.has(arn)).length;
  /** Lists leave the description and the tags out, says the API reference. */
  const summary = (policy: ManagedPolicy) => ({
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versions.default.id,
    AttachmentCount: attachments(policy),
    IsAttachable: true,
    CreateDate: inputs.iamDate(policy.createDate),
    UpdateDate: inputs.iamDate(policy.versions.newest.createDate),
  });
  const describe = (policy: ManagedPolicy) => ({
    ...summary(policy),
    ...(policy.description === undefined ? {} : { Description: policy.description }),
    Tags: inputs.tagList(policy.tags),
  });
  return {
    ...operation(
      "CreatePolicy",
      {
        supports: ["PolicyName", "PolicyDocument", "Path", "Description", "Tags"],
        rules: inputs.memberRules,
      },
      (input) => [{ action: "iam:CreatePolicy", resource: policyArn(input.PolicyName, input.Path) }],
      (input) => {
        const { PolicyName: policyName, PolicyDocument: text, Path: path = "/" } = input;
        const arn = policyArn(policyName, path);
        const names = [...identities.policies.values()].map((policy) => policy.policyName);
        if (inputs.isNameTaken(names, policyName))
          throw inputs.alreadyExists(`A policy called ${policyName}`);
        checkManagedPolicySize(text);
        const now = context.clock.now();
        const policy: ManagedPolicy = {
          policyName,
          policyId: iamId(context.random, "ANPA", 17),
          arn,
          path,
          createDate: now,
          description: input.Description,
          tags: inputs.tagMap(input.Tags),
          versions: new PolicyVersions(
            { text, document: parsePolicyDocument(text, "identity") },
            now,
            identities.settling,
          ),
        };
        identities.policies.set(arn, policy);
        return { Policy: describe(policy) };
      },
    ),

    ...operation("GetPolicy", byPolicy, onPolicy("GetPolicy"), (input) => ({
      Policy: describe(find(input.PolicyArn)),
    })),

    ...operation(
      "ListPolicies",
      {
        supports: ["Scope", "OnlyAttached", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems"],
        rules: { ...inputs.memberRules, Scope: { oneOf: ["All", "AWS", "Local"] }, PolicyUsageFilter },
      },
      () => [{ action: "iam:ListPolicies", resource: policyArn("") }],
      ({ Scope = "All", OnlyAttached = false, PathPrefix = "/", PolicyUsageFilter: usage, ...paging }) => {
        const wanted = [
          ...(Scope === "AWS" ? [] : identities.policies.values()),
          ...(Scope === "Local" ? [] : awsManagedPolicies()),
        ].filter(
          (policy) => policy.path.startsWith(PathPrefix) && (!OnlyAttached || attachments(policy) > 0),
        );
        const { items, rest } = inputs.page(usage === "PermissionsBoundary" ? [] : wanted, paging);
        return { Policies: items.map(summary), ...rest };
      },
    ),

    ...operation(
      "ListEntitiesForPolicy",
      {
        supports: ["PolicyArn", "EntityFilter", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems"],
        rules: { ...inputs.memberRules, PolicyUsageFilter },
      },
      onPolicy("ListEntitiesForPolicy"),
      ({ PolicyArn, EntityFilter = "Role", PathPrefix = "/", PolicyUsageFilter: usage, ...paging }) => {
        const { arn } = find(PolicyArn);
        const holders = [...identities.roles.values()].filter(
          (role) => role.attachedPolicies.has(arn) && role.path.startsWith(PathPrefix),
        );
        const none = EntityFilter !== "Role" || usage === "PermissionsBoundary";
        const { items, rest } = inputs.page(none ? [] : holders, paging);
        return {
          PolicyGroups: [],
          PolicyUsers: [],
          PolicyRoles: items.map(({ roleName, roleId }) => ({ RoleName: roleName, RoleId: roleId })),
          ...rest,
        };
      },
    ),

    ...operation("DeletePolicy", byPolicy, onPolicy("DeletePolicy"), (input) => {
      const policy = ownPolicy(identities, input.PolicyArn);
      if (attachments(policy) > 0) throw inputs.deleteConflict("must detach all policies first.");
      if (policy.versions.size > 1) {
        throw inputs.deleteConflict(
          "must delete the policy's versions first: it has more than one, and the default goes with the policy.",
        );
      }
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
      checkAttachedPolicies(new Set([...role.attachedPolicies.keys(), policy.arn]).size);
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
