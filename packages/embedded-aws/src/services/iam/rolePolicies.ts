import type { Access, CloudContext } from "../../core/service";
import type { Identities } from "../../core/iam/identities";
import { operationsOf } from "../../wire/operation";
import * as inputs from "./inputs";
import { checkInlinePolicySize } from "./quotas";
import { parsePolicyDocument } from "../../core/iam/policyDocument";

/** Policies written into a role. */
export function rolePolicyOperations(context: CloudContext, identities: Identities) {
  const onRole =
    (action: string) =>
    ({ RoleName: name }: { readonly RoleName: string }): Access[] => [
      {
        action: `iam:${action}`,
        resource: identities.roles.get(name)?.arn ?? `arn:aws:iam::${context.accountId}:role/${name}`,
      },
    ];
  const missing = (name: string) => inputs.noSuchEntity(`The role policy with name ${name}`);
  const operation = operationsOf("iam", context);
  return {
    ...operation(
      "PutRolePolicy",
      { supports: ["RoleName", "PolicyName", "PolicyDocument"], rules: inputs.memberRules },
      onRole("PutRolePolicy"),
      (input) => {
        const role = inputs.requireRole(identities, input.RoleName);
        const document = parsePolicyDocument(input.PolicyDocument, "identity");
        const others = [...role.inlinePolicies].filter(([name]) => name !== input.PolicyName);
        checkInlinePolicySize(role.roleName, [input.PolicyDocument, ...others.map(([, { text }]) => text)]);
        role.inlinePolicies.set(input.PolicyName, { text: input.PolicyDocument, document });
        return {};
      },
    ),

    ...operation("GetRolePolicy", inputs.byRoleAndPolicy, onRole("GetRolePolicy"), (input) => {
      const policy = inputs.requireRole(identities, input.RoleName).inlinePolicies.get(input.PolicyName);
      if (policy === undefined) throw missing(input.PolicyName);
      return {
        RoleName: input.RoleName,
        PolicyName: input.PolicyName,
        PolicyDocument: encodeURIComponent(policy.text),
      };
    }),

    ...operation("DeleteRolePolicy", inputs.byRoleAndPolicy, onRole("DeleteRolePolicy"), (input) => {
      const role = inputs.requireRole(identities, input.RoleName);
      if (!role.inlinePolicies.delete(input.PolicyName)) throw missing(input.PolicyName);
      return {};
    }),

    ...operation("ListRolePolicies", inputs.pageOfRole, onRole("ListRolePolicies"), (input) => {
      const role = inputs.requireRole(identities, input.RoleName);
      const { items, rest } = inputs.page([...role.inlinePolicies.keys()], input);
      return { PolicyNames: items, ...rest };
    }),
  };
}
