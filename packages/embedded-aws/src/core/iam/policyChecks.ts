import type { PolicyChecks } from "../service";
import { callerFor, conditionContext, identityPolicies, type Surroundings } from "./authorize";
import { evaluate } from "./evaluate";
import type { Identities } from "./identities";
import { parsePolicyDocument } from "./policyDocument";

export function policyChecks(identities: Identities, surroundings: Surroundings): PolicyChecks {
  const { accountId } = surroundings;
  const isUnknown = (name: string): boolean => {
    const [, , , account, resource = ""] = /^(arn:aws:(iam|sts)::([0-9]{12}):)(.*)$/.exec(name) ?? [];
    if (account !== accountId || resource === "root") return false;
    // A session needs no role yet: AWS does not look for it either.
    if (resource.startsWith("assumed-role/") || resource.startsWith("federated-user/")) return false;
    return ![...identities.roles.values()].some((role) => role.arn === name);
  };
  return {
    unknownPrincipal: ({ statements }) =>
      statements
        .flatMap(({ principal }) => (principal?.kind === "listed" ? principal.aws : []))
        .find(isUnknown),
    allows: (principal, access) => {
      const { caller, role } = callerFor(principal, identities);
      const request = {
        caller,
        action: access.action,
        resource: access.resource,
        context: conditionContext(principal, role, access.context ?? {}, surroundings),
      };
      const policy =
        access.resourcePolicy === undefined
          ? undefined
          : parsePolicyDocument(access.resourcePolicy, "resource");
      return evaluate(
        request,
        role === undefined ? [] : identityPolicies(role, surroundings.clock.now()),
        policy,
      ).allowed;
    },
  };
}
