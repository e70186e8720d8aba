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
    for (const access of accesses) {
      let by: Statement | undefined;
      const policies = role === undefined ? [] : identityPolicies(role, surroundings.clock.now());
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
  return [
    ...[...role.inlinePolicies.inForce(now).values()].map((policy) => policy.document),
    ...[...role.attachedPolicies.inForce(now).values()].map(({ versions }) => versions.inForce(now).document),
  ];
}

/** The global condition keys (IAM user guide, "AWS global condition context keys"), and the access's own. */
export function conditionContext(
  principal: Principal,
  role: Role | undefined,
  own: Readonly<Record<string, string | readonly string[]>>,
  surroundings: Surroundings,
): ConditionContext {
  // Most statements ask for none.
  let keys: ReadonlyMap<string, string | readonly string[]> | undefined;
  return (key) => {
    keys ??= conditionKeys(principal, role, own, surroundings);
    const value = keys.get(key.toLowerCase());
    return typeof value === "string" ? [value] : value;
  };
}

function conditionKeys(
  principal: Principal,
  role: Role | undefined,
  own: Readonly<Record<string, string | readonly string[]>>,
  { clock, region, accountId }: Surroundings,
): ReadonlyMap<string, string | readonly string[]> {
  const now = clock.now();
  const keys = new Map<string, string | readonly string[]>([
    // Loopback stands for TLS: nothing leaves the machine, and a policy that asks for TLS must be usable here.
    ["aws:securetransport", "true"],
    ["aws:sourceip", "127.0.0.1"],
    ["aws:requestedregion", region],
    ["aws:currenttime", new Date(now).toISOString()],
    ["aws:epochtime", String(Math.floor(now / 1000))],
    ["aws:principalisawsservice", String(principal.kind === "service")],
    ["aws:viaawsservice", "false"],
  ]);
  switch (principal.kind) {
    case "administrator":
      keys.set("aws:principalarn", principalArn(principal));
      keys.set("aws:principalaccount", principal.accountId);
      keys.set("aws:principaltype", "Account");
      keys.set("aws:userid", principal.accountId);
      break;
    case "role":
      keys.set("aws:principalarn", role?.arn ?? "");
      keys.set("aws:principalaccount", principal.accountId);
      keys.set("aws:principaltype", "AssumedRole");
      keys.set("aws:userid", `${role?.roleId ?? ""}:${principal.sessionName}`);
      for (const [key, value] of role?.tags ?? []) keys.set(`aws:principaltag/${key}`.toLowerCase(), value);
      break;
    case "service":
      keys.set("aws:principalservicename", principal.service);
      keys.set("aws:sourcearn", principal.sourceArn);
      // Some ARNs have no account (a bucket's): its resource is in this one.
      keys.set(
        "aws:sourceaccount",
        /^arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):/.exec(principal.sourceArn)?.[1] ?? accountId,
      );
      break;
  }
  for (const [key, value] of Object.entries(own)) keys.set(key.toLowerCase(), value);
  return keys;
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
