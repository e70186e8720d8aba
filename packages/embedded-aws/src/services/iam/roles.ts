import * as v from "valibot";
import { wireInteger } from "../../core/protocols/wireValues";
import { operation, type Access, type CloudContext, type Operation } from "../../core/service";
import { iamId, type Identities, type Role } from "../../core/iam/identities";
import * as inputs from "./inputs";
import { parsePolicyDocument } from "../../core/iam/policyDocument";

/** Seconds; from the IAM API reference. */
const defaultSessionDuration = 3600;
const longestSessionDuration = 43_200;

export function roleOperations(context: CloudContext, identities: Identities): Record<string, Operation> {
  const roleArn = (name: string, path: string) => `arn:aws:iam::${context.accountId}:role${path}${name}`;
  const onRole = (action: string, name: string): Access[] => [
    { action: `iam:${action}`, resource: identities.roles.get(name)?.arn ?? roleArn(name, "/") },
  ];
  return {
    CreateRole: operation(
      context,
      v.strictObject({
        RoleName: inputs.roleName,
        AssumeRolePolicyDocument: v.string(),
        Path: inputs.path,
        Description: v.optional(v.pipe(v.string(), v.maxLength(1000))),
        MaxSessionDuration: v.optional(
          v.pipe(wireInteger, v.minValue(defaultSessionDuration), v.maxValue(longestSessionDuration)),
          defaultSessionDuration,
        ),
        Tags: inputs.tags,
      }),
      (input) => [{ action: "iam:CreateRole", resource: roleArn(input.RoleName, input.Path) }],
      (input) => {
        if (identities.roles.has(input.RoleName))
          throw inputs.alreadyExists(`Role with name ${input.RoleName}`);
        const trustPolicy = {
          text: input.AssumeRolePolicyDocument,
          document: parsePolicyDocument(input.AssumeRolePolicyDocument, "trust"),
        };
        const role: Role = {
          roleName: input.RoleName,
          roleId: iamId(context.random, "AROA", 17),
          arn: roleArn(input.RoleName, input.Path),
          path: input.Path,
          createDate: context.clock.now(),
          description: input.Description,
          maxSessionDuration: input.MaxSessionDuration,
          trustPolicy,
          tags: new Map(input.Tags.map(({ Key, Value }) => [Key, Value])),
          inlinePolicies: new Map(),
          attachedPolicies: new Map(),
        };
        identities.roles.set(role.roleName, role);
        return { Role: describeRole(role) };
      },
    ),

    GetRole: operation(
      context,
      v.strictObject({ RoleName: inputs.roleName }),
      (input) => onRole("GetRole", input.RoleName),
      (input) => ({ Role: describeRole(inputs.requireRole(identities, input.RoleName)) }),
    ),

    ListRoles: operation(
      context,
      v.strictObject({ PathPrefix: v.optional(v.string(), "/"), ...inputs.paging }),
      () => [{ action: "iam:ListRoles", resource: roleArn("", "/") }],
      (input) => {
        const roles = [...identities.roles.values()].filter(({ path }) => path.startsWith(input.PathPrefix));
        const { items, rest } = inputs.page(roles, input);
        return { Roles: items.map(describeRole), ...rest };
      },
    ),

    DeleteRole: operation(
      context,
      v.strictObject({ RoleName: inputs.roleName }),
      (input) => onRole("DeleteRole", input.RoleName),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        if (role.inlinePolicies.size > 0) throw inputs.deleteConflict("must delete policies first.");
        if (role.attachedPolicies.size > 0) throw inputs.deleteConflict("must detach all policies first.");
        if ([...identities.instanceProfiles.values()].some((profile) => profile.role === role)) {
          throw inputs.deleteConflict("must remove roles from instance profile first.");
        }
        identities.roles.delete(role.roleName);
        return {};
      },
    ),

    TagRole: operation(
      context,
      v.strictObject({ RoleName: inputs.roleName, Tags: inputs.tags }),
      (input) => onRole("TagRole", input.RoleName),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        for (const { Key, Value } of input.Tags) role.tags.set(Key, Value);
        return {};
      },
    ),
  };
}

export function describeRole(role: Role): object {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: inputs.iamDate(role.createDate),
    // IAM hands policies out percent-encoded (RFC 3986).
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy.text),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: [...role.tags].map(([Key, Value]) => ({ Key, Value })),
  };
}
