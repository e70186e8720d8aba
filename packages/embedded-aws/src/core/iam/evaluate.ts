import { conditionHolds, type ConditionContext } from "./conditions";
import { matchesArn, matchesPattern, type Variables } from "./pattern";
import type { Patterns, PolicyDocument, PolicyPrincipal, Statement } from "./policyDocument";

/** Who asks, by every name that a policy may call it. */
export type Caller =
  | { readonly kind: "administrator"; readonly accountId: string }
  | {
      readonly kind: "role";
      readonly accountId: string;
      readonly roleArn: string;
      readonly sessionArn: string;
    }
  | { readonly kind: "service"; readonly service: string };

/** One action on one resource. */
export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  /** An ARN, or "*" for an action without a resource. */
  readonly resource: string;
  readonly context: ConditionContext;
}

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly reason: "identity-deny" | "resource-deny" | "no-identity-allow" | "no-resource-allow";
    };

/** What one policy, or several together, say of a request. "delegate": the account may allow it by other policies. */
export type Verdict = "allow" | "deny" | "delegate" | "none";

/**
 * AWS's rules within one account (IAM user guide, "Policy evaluation logic"): an explicit deny anywhere
 * refuses; else an allow of either an identity policy or the resource's policy grants. A service has no
 * identity policies, so the resource's policy must allow it by name.
 *
 * @param onDeciding told of the statement that decided for each policy that has one; a deny comes last
 */
export function evaluate(
  request: AccessRequest,
  identityPolicies: readonly PolicyDocument[],
  resourcePolicy: PolicyDocument | undefined,
  onDeciding?: (statement: Statement) => void,
): Decision {
  const identity = verdictOf(identityPolicies, request, onDeciding);
  const resource = resourcePolicy === undefined ? "none" : verdictOf([resourcePolicy], request, onDeciding);
  if (identity === "deny") return { allowed: false, reason: "identity-deny" };
  if (resource === "deny") return { allowed: false, reason: "resource-deny" };
  if (identity === "allow" || resource === "allow") return { allowed: true };
  return {
    allowed: false,
    reason: request.caller.kind === "service" ? "no-resource-allow" : "no-identity-allow",
  };
}

export function verdictOf(
  policies: readonly PolicyDocument[],
  request: AccessRequest,
  onDeciding?: (statement: Statement) => void,
): Verdict {
  const variables: Variables = (key) => {
    const values = request.context(key);
    return values?.length === 1 ? values[0] : undefined;
  };
  const action = request.action.toLowerCase();
  let verdict: Verdict = "none";
  for (const { statements } of policies) {
    for (const statement of statements) {
      const who = principalMatch(statement.principal, request.caller);
      if (who === "other" || !applies(statement, action, request, variables)) continue;
      if (statement.effect === "Deny") {
        onDeciding?.(statement);
        return "deny";
      }
      if (who === "itself") {
        if (verdict !== "allow") onDeciding?.(statement);
        verdict = "allow";
      } else if (verdict === "none") verdict = "delegate";
    }
  }
  return verdict;
}

/** @param action the request's, in lower case. */
function applies(
  statement: Statement,
  action: string,
  request: AccessRequest,
  variables: Variables,
): boolean {
  return (
    included(statement.actions, matchesPattern, action, variables) &&
    (statement.resources === undefined ||
      included(statement.resources, matchesResource, request.resource, variables)) &&
    statement.conditions.every((condition) => conditionHolds(condition, request.context, variables))
  );
}

function included(
  { not, patterns }: Patterns,
  matches: (pattern: string, text: string, variables: Variables) => boolean,
  text: string,
  variables: Variables,
): boolean {
  for (const pattern of patterns) if (matches(pattern, text, variables)) return !not;
  return not;
}

function matchesResource(pattern: string, resource: string, variables: Variables): boolean {
  return pattern === "*" || matchesArn(pattern, resource, variables);
}

/**
 * Whether a statement's principal is the caller itself, the account that it belongs to, or somebody else. An
 * allow to the account lets its administrator act, and leaves roles to their own policies; a deny to it binds
 * everybody in it.
 */
function principalMatch(
  principal: PolicyPrincipal | undefined,
  caller: Caller,
): "itself" | "account" | "other" {
  if (principal === undefined) return "itself";
  if (principal.kind === "everyone") return principal.not ? "other" : "itself";
  if (principal.not) return isLeftOut(principal, caller) ? "other" : "itself";
  if (caller.kind === "service") return principal.services.includes(caller.service) ? "itself" : "other";
  const account = namesAccount(principal, caller.accountId);
  if (caller.kind === "administrator") return account ? "itself" : "other";
  if (principal.aws.includes(caller.roleArn) || principal.aws.includes(caller.sessionArn)) return "itself";
  return account ? "account" : "other";
}

type Listed = Extract<PolicyPrincipal, { readonly kind: "listed" }>;

/** NotPrincipal leaves a role out only where its account is named too: IAM user guide, "NotPrincipal". */
function isLeftOut(principal: Listed, caller: Caller): boolean {
  if (caller.kind === "service") return principal.services.includes(caller.service);
  if (!namesAccount(principal, caller.accountId)) return false;
  return (
    caller.kind === "administrator" ||
    principal.aws.includes(caller.roleArn) ||
    principal.aws.includes(caller.sessionArn)
  );
}

function namesAccount(principal: Listed, accountId: string): boolean {
  return principal.aws.some((name) => name === accountId || name === rootArn(accountId));
}

function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}
