import * as v from "valibot";
import { operation, type Access, type CloudContext, type Operation } from "../../core/service";
import type { Identities } from "../../core/iam/identities";
import * as inputs from "./inputs";
import { parsePolicyDocument } from "../../core/iam/policyDocument";

/** Policies written into a role. */
export function rolePolicyOperations(
  context: CloudContext,
  identities: Identities,
): Record<string, Operation> {
  const onRole = (action: string, name: string): Access[] => [
    {
      action: `iam:${action}`,
      resource: identities.roles.get(name)?.arn ?? `arn:aws:iam::${context.accountId}:role/${name}`,
    },
  ];
  const named = v.strictObject({ RoleName: inputs.roleName, PolicyName: inputs.policyName });
  const missing = (name: string) => inputs.noSuchEntity(`The role policy with name ${name}`);
  return {
    PutRolePolicy: operation(
      context,
      v.strictObject({ ...named.entries, PolicyDocument: v.string() }),
      (input) => onRole("PutRolePolicy", input.RoleName),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        const document = parsePolicyDocument(input.PolicyDocument, "identity");
        role.inlinePolicies.set(input.PolicyName, { text: input.PolicyDocument, document });
        return {};
      },
    ),

    GetRolePolicy: operation(
      context,
      named,
      (input) => onRole("GetRolePolicy", input.RoleName),
      (input) => {
        const policy = inputs.requireRole(identities, input.RoleName).inlinePolicies.get(input.PolicyName);
        if (policy === undefined) throw missing(input.PolicyName);
        return {
          RoleName: input.RoleName,
          PolicyName: input.PolicyName,
          PolicyDocument: encodeURIComponent(policy.text),
        };
      },
    ),

    DeleteRolePolicy: operation(
      context,
      named,
      (input) => onRole("DeleteRolePolicy", input.RoleName),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        if (!role.inlinePolicies.delete(input.PolicyName)) throw missing(input.PolicyName);
        return {};
      },
    ),

    ListRolePolicies: operation(
      context,
      v.strictObject({ RoleName: inputs.roleName, ...inputs.paging }),
      (input) => onRole("ListRolePolicies", input.RoleName),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        const { items, rest } = inputs.page([...role.inlinePolicies.keys()], input);
        return { PolicyNames: items, ...rest };
      },
    ),
  };
}
