import type { Access, CloudContext } from "../../core/service";
import { iamId, type Identities, type Role } from "../../core/iam/identities";
import type { StoredPolicy } from "../../core/iam/policyVersions";
import { operationsOf, type Output } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import * as inputs from "./inputs";
import { checkTrustPolicySize } from "./quotas";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { invalidPrincipal } from "../../core/iam/policyPrincipal";

/** Seconds; from the IAM API reference. */
const defaultSessionDuration = 3600;
const longestSessionDuration = 43_200;

const roleRules = {
  ...inputs.memberRules,
  MaxSessionDuration: { range: [defaultSessionDuration, longestSessionDuration] },
} as const satisfies Rules;

export function roleOperations(context: CloudContext, identities: Identities) {
  const roleArn = (name: string, path = "/") => `arn:aws:iam::${context.accountId}:role${path}${name}`;
  const onRole =
    (action: string) =>
    ({ RoleName: name }: { readonly RoleName: string }): Access[] => [
      { action: `iam:${action}`, resource: identities.roles.get(name)?.arn ?? roleArn(name) },
    ];
  const operation = operationsOf("iam", context);
  return {
    ...operation(
      "CreateRole",
      {
        supports: [
          "RoleName",
          "AssumeRolePolicyDocument",
          "Path",
          "Description",
          "MaxSessionDuration",
          "Tags",
        ],
        rules: roleRules,
      },
      (input) => [{ action: "iam:CreateRole", resource: roleArn(input.RoleName, input.Path) }],
      (input) => {
        const { RoleName: roleName, Path: path = "/", AssumeRolePolicyDocument: text } = input;
        if (inputs.isNameTaken(identities.roles.keys(), roleName))
          throw inputs.alreadyExists(`Role with name ${roleName}`);
        const role: Role = {
          trustPolicy: readTrustPolicy(context, text),
          roleName,
          roleId: iamId(context.random, "AROA", 17),
          arn: roleArn(roleName, path),
          path,
          createDate: context.clock.now(),
          description: input.Description,
          maxSessionDuration: input.MaxSessionDuration ?? defaultSessionDuration,
          tags: inputs.tagMap(input.Tags),
          ...identities.newcomer(),
        };
        identities.roles.set(role.roleName, role);
        // As recorded of AWS: how long sessions may be is told by GetRole and ListRoles alone.
        const { MaxSessionDuration: _, ...created } = describeRole(role);
        return { Role: created };
      },
    ),

    ...operation("GetRole", inputs.byRole, onRole("GetRole"), (input) => ({
      // Empty for a role whose use AWS has not seen; it is hours late with that.
      Role: { ...describeRole(inputs.requireRole(identities, input.RoleName)), RoleLastUsed: {} },
    })),

    ...operation(
      "ListRoles",
      { supports: ["PathPrefix", "Marker", "MaxItems"], rules: inputs.memberRules },
      () => [{ action: "iam:ListRoles", resource: roleArn("") }],
      ({ PathPrefix = "/", ...paging }) => {
        const roles = [...identities.roles.values()].filter(({ path }) => path.startsWith(PathPrefix));
        const { items, rest } = inputs.page(roles, paging);
        // IAM API reference, ListRoles: tags are not among what it returns.
        const listed = items.map((role) => {
          const { Tags: _, ...members } = describeRole(role);
          return members;
        });
        return { Roles: listed, ...rest };
      },
    ),

    ...operation("DeleteRole", inputs.byRole, onRole("DeleteRole"), (input) => {
      const role = inputs.requireRole(identities, input.RoleName);
      if (role.inlinePolicies.size > 0) throw inputs.deleteConflict("must delete policies first.");
      if (role.attachedPolicies.size > 0) throw inputs.deleteConflict("must detach all policies first.");
      if ([...identities.instanceProfiles.values()].some((profile) => profile.role === role)) {
        throw inputs.deleteConflict("must remove roles from instance profile first.");
      }
      identities.roles.delete(role.roleName);
      return {};
    }),

    ...operation(
      "UpdateAssumeRolePolicy",
      { supports: ["RoleName", "PolicyDocument"], rules: inputs.memberRules },
      onRole("UpdateAssumeRolePolicy"),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        role.trustPolicy = readTrustPolicy(context, input.PolicyDocument);
        return {};
      },
    ),

    ...operation(
      "UpdateRole",
      { supports: ["RoleName", "Description", "MaxSessionDuration"], rules: roleRules },
      onRole("UpdateRole"),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        role.description = input.Description ?? role.description;
        role.maxSessionDuration = input.MaxSessionDuration ?? role.maxSessionDuration;
        return {};
      },
    ),

    ...operation(
      "UpdateRoleDescription",
      { supports: ["RoleName", "Description"], rules: roleRules },
      onRole("UpdateRoleDescription"),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        role.description = input.Description;
        return { Role: describeRole(role) };
      },
    ),
  };
}

/** A trust policy, whose principals must be there: IAM looks for them when it is put. */
function readTrustPolicy(context: CloudContext, text: string): StoredPolicy {
  checkTrustPolicySize(text);
  const document = parsePolicyDocument(text, "trust");
  const unknown = context.policies.unknownPrincipal(document);
  if (unknown !== undefined) throw invalidPrincipal("AWS", unknown, "there is no such principal");
  return { text, document };
}

export function describeRole(role: Role): NonNullable<Output<"iam", "GetRole">["Role"]> {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: inputs.iamDate(role.createDate),
    // IAM hands policies out percent-encoded (RFC 3986).
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy.text),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionDuration,
    Tags: inputs.tagList(role.tags),
  };
}
