import type { Access } from "../service";
import { callerFor, conditionContext, identityPolicies, type Surroundings } from "./authorize";
import { evaluate } from "./evaluate";
import type { Identities } from "./identities";
import { parsePolicyDocument, type PolicyDocument } from "./policyDocument";
import type { Principal } from "./principal";

/** What services ask of a policy before they keep it, beside its grammar. */
export interface PolicyChecks {
  /**
   * The first principal of this account that is not there; undefined where all are. Other accounts are not here to be
   * asked, and take every name.
   */
  unknownPrincipal(document: PolicyDocument): string | undefined;
  /** Whether a caller may do something by its own policies and the resource's, to which the administrator is held too. */
  allows(caller: Principal, access: Access): boolean;
}

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
