import type { Clock } from "../clock";
import { accessDenied } from "../dispatch";
import { AwsError } from "../errors";
import type { Faults } from "../faults";
import type { Access, CloudContext } from "../service";
import type { ConditionContext } from "./conditions";
import { evaluate, type Caller, type Decision } from "./evaluate";
import type { Identities, Role } from "./identities";
import { parsePolicyDocument, type PolicyDocument, type Statement } from "./policyDocument";
import type { PolicyUse } from "./policyUse";
import { principalArn, type Principal } from "./principal";

/** What the conditions of every request are made of, beside its own keys. */
export interface Surroundings {
  readonly clock: Pick<Clock, "now">;
  readonly region: string;
  readonly accountId: string;
}

/** `CloudContext.authorize`: lets the administrator do anything, and checks everyone else's policies. */
export function authorizer(
  identities: Identities,
  surroundings: Surroundings & { readonly use: PolicyUse; readonly faults: Pick<Faults, "isTaken"> },
): CloudContext["authorize"] {
  const resourcePolicies = new PolicyCache();
  const { use, faults } = surroundings;
  return (principal, accesses, onDecided) => {
    if (principal.kind === "administrator") return;
    const { caller, role } = callerFor(principal, identities);
    const policies = role === undefined ? [] : identityPolicies(role, surroundings.clock.now());
    for (const access of accesses) {
      let by: Statement | undefined;
      const taken = principal.kind === "role" && faults.isTaken(principal.roleName, access.action);
      const decision = evaluate(
        {
          caller,
          action: access.action,
          resource: access.resource,
          context: conditionContext(principal, role, access.context ?? {}, surroundings),
        },
        taken ? [] : policies,
        taken || access.resourcePolicy === undefined
          ? undefined
          : resourcePolicies.parse(access.resourcePolicy),
        (statement) => (by = statement),
      );
      const { action, resource } = access;
      const decided = { action, resource, allowed: decision.allowed, ...(by !== undefined && { by }) };
      use.note(principal, decided);
      onDecided?.(decided);
      if (!decision.allowed)
        throw new AwsError(accessDenied, refusal(principal, access, decision.reason), 403);
    }
  };
}

/** The caller by the names that policies use, and its role when it has one. */
export function callerFor(
  principal: Principal,
  identities: Identities,
): { caller: Caller; role: Role | undefined } {
  switch (principal.kind) {
    case "administrator":
      return { caller: { kind: "administrator", accountId: principal.accountId }, role: undefined };
    case "service":
      return { caller: { kind: "service", service: principal.service }, role: undefined };
    case "role": {
      const role = identities.roles.get(principal.roleName);
      // The sessions of a role that was deleted keep their name and lose every permission.
      const roleArn = role?.arn ?? `arn:aws:iam::${principal.accountId}:role/${principal.roleName}`;
      return {
        caller: {
          kind: "role",
          accountId: principal.accountId,
          roleArn,
          sessionArn: principalArn(principal),
        },
        role,
      };
    }
  }
}

/** The policies that count at `now`: changes take a while. */
export function identityPolicies(role: Role, now: number): PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (const { document } of role.inlinePolicies.inForce(now).values()) documents.push(document);
  for (const { versions } of role.attachedPolicies.inForce(now).values())
    documents.push(versions.inForce(now).document);
  return documents;
}

/** The global condition keys (IAM user guide, "AWS global condition context keys"), and the access's own. */
export function conditionContext(
  principal: Principal,
  role: Role | undefined,
  own: Readonly<Record<string, string | readonly string[]>>,
  surroundings: Surroundings,
): ConditionContext {
  // A statement asks for few of them, and most ask for none.
  return (key) => {
    const name = key.toLowerCase();
    const value =
      Object.entries(own).findLast(([ownName]) => ownName.toLowerCase() === name)?.[1] ??
      globalKey(name, principal, role, surroundings);
    return typeof value === "string" ? [value] : value;
  };
}

/** The value of a global condition key, by its name in lower case. */
function globalKey(
  name: string,
  principal: Principal,
  role: Role | undefined,
  { clock, region, accountId }: Surroundings,
): string | undefined {
  switch (name) {
    // Loopback stands for TLS: nothing leaves the machine, and a policy that asks for TLS must be usable here.
    case "aws:securetransport":
      return "true";
    case "aws:sourceip":
      return "127.0.0.1";
    case "aws:requestedregion":
      return region;
    case "aws:currenttime":
      return new Date(clock.now()).toISOString();
    case "aws:epochtime":
      return String(Math.floor(clock.now() / 1000));
    case "aws:principalisawsservice":
      return String(principal.kind === "service");
    case "aws:viaawsservice":
      return "false";
    default:
      return principalKey(name, principal, role, accountId);
  }
}

function principalKey(
  name: string,
  principal: Principal,
  role: Role | undefined,
  accountId: string,
): string | undefined {
  if (principal.kind === "service") {
    if (name === "aws:principalservicename") return principal.service;
    if (name === "aws:sourcearn") return principal.sourceArn;
    // Some ARNs have no account (a bucket's): its resource is in this one.
    if (name === "aws:sourceaccount")
      return /^arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):/.exec(principal.sourceArn)?.[1] ?? accountId;
    return undefined;
  }
  const isRole = principal.kind === "role";
  switch (name) {
    case "aws:principalarn":
      return isRole ? (role?.arn ?? "") : principalArn(principal);
    case "aws:principalaccount":
      return principal.accountId;
    case "aws:principaltype":
      return isRole ? "AssumedRole" : "Account";
    case "aws:userid":
      return isRole ? `${role?.roleId ?? ""}:${principal.sessionName}` : principal.accountId;
    default:
      return isRole ? tagOf(name, role) : undefined;
  }
}

/** The tag of a role that a condition key names; of names that differ in case alone, the last. */
function tagOf(name: string, role: Role | undefined): string | undefined {
  const prefix = "aws:principaltag/";
  if (role === undefined || !name.startsWith(prefix)) return undefined;
  return [...role.tags].findLast(([tag]) => tag.toLowerCase() === name.slice(prefix.length))?.[1];
}

type Refusal = Extract<Decision, { allowed: false }>["reason"];

/** The refusal in AWS's words (IAM user guide, "Troubleshoot access denied error messages"). */
function refusal(principal: Principal, { action, resource }: Access, reason: Refusal): string {
  const what = `User: ${principalArn(principal)} is not authorized to perform: ${action} on resource: ${resource}`;
  switch (reason) {
    case "identity-deny":
      return `${what} with an explicit deny in an identity-based policy`;
    case "resource-deny":
      return `${what} with an explicit deny in a resource-based policy`;
    case "no-identity-allow":
      return `${what} because no identity-based policy allows the ${action} action`;
    case "no-resource-allow":
      return `${what} because no resource-based policy allows the ${action} action`;
  }
}

/** Resources' policies come with each call, as their services keep them; most come again and again. */
class PolicyCache {
  static readonly #limit = 500;
  readonly #byText = new Map<string, PolicyDocument>();

  parse(source: unknown): PolicyDocument {
    const text = typeof source === "string" ? source : JSON.stringify(source);
    let document = this.#byText.get(text);
    if (document === undefined) {
      document = parsePolicyDocument(text, "resource");
      if (this.#byText.size >= PolicyCache.#limit) this.#byText.clear();
      this.#byText.set(text, document);
    }
    return document;
  }
}
