import { AwsError } from "../../core/errors";
import type { Call, CloudContext, Credentials, Service } from "../../core/service";
import { callerFor, conditionContext, identityPolicies } from "../../core/iam/authorize";
import { verdictOf } from "../../core/iam/evaluate";
import type { Identities, Role } from "../../core/iam/identities";
import { principalArn, type Principal } from "../../core/iam/principal";
import { officialService, operationsOf, type Output, type Supported } from "../../wire/operation";

/** From the STS API reference, AssumeRole. */
const assumeRoleInput = {
  supports: ["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"],
  rules: {
    RoleSessionName: { length: [2, 64], pattern: /^[\w+=,.@-]*$/ },
    DurationSeconds: { range: [900, 43_200] },
  },
} as const;
const defaultSession = 3600;
/** Of a session that another role's session opens, whatever its role allows: STS API reference, `AssumeRole`. */
const longestChainedSession = 3600;

type AssumeRoleInput = Supported<"sts", "AssumeRole", (typeof assumeRoleInput.supports)[number]>;

/**
 * STS: who am I, and sessions of roles. AWS services assume roles here too: Lambda calls AssumeRole as the
 * principal `{kind: "service", service: "lambda.amazonaws.com", …}`, and the role's trust policy decides.
 */
export function createSts(context: CloudContext, identities: Identities): Service {
  const operation = operationsOf("sts", context);
  return officialService("sts", {
    // AWS asks no permission for it, and ignores a deny.
    ...operation(
      "GetCallerIdentity",
      { supports: [] },
      () => [],
      (_, { caller }) => ({
        UserId: userId(caller, identities),
        Account: caller.kind === "service" ? context.accountId : caller.accountId,
        Arn: principalArn(caller),
      }),
    ),
    // The trust policy decides, together with the caller's own: see `trusts`.
    ...operation(
      "AssumeRole",
      assumeRoleInput,
      () => [],
      (input, call) => assumeRole(context, identities, input, call),
    ),
  });
}

function assumeRole(
  context: CloudContext,
  identities: Identities,
  input: AssumeRoleInput,
  call: Call,
): Output<"sts", "AssumeRole"> {
  const { DurationSeconds: seconds = defaultSession } = input;
  const now = context.clock.now();
  const role = [...identities.roles.values()].find(
    ({ arn, settlesAt }) => arn === input.RoleArn && settlesAt <= now,
  );
  // AWS does not tell a missing role from one that may not be assumed.
  if (role === undefined || !trusts(role, call.caller, input.ExternalId, context, identities)) {
    throw new AwsError(
      "AccessDenied",
      `User: ${principalArn(call.caller)} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}: ` +
        "there is no such role, or its trust policy does not allow this",
      403,
    );
  }
  if (seconds > role.maxSessionDuration) {
    throw new AwsError(
      "ValidationError",
      `DurationSeconds: got ${seconds}; expected at most the role's MaxSessionDuration, ${role.maxSessionDuration}`,
    );
  }
  if (call.caller.kind === "role" && seconds > longestChainedSession) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  const { credentials, expiresAt } = issue(role, input.RoleSessionName, seconds, call.caller, context);
  const session: Principal = {
    kind: "role",
    accountId: context.accountId,
    roleName: role.roleName,
    sessionName: input.RoleSessionName,
  };
  return {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: userId(session, identities), Arn: principalArn(session) },
  };
}

interface Issued {
  readonly credentials: Credentials;
  readonly expiresAt: number;
}

/**
 * Sessions that the cloud's own services have of each role, by their names. An HTTP API assumes its role at each request; the
 * keys of every session are kept, so that those that have expired are known.
 */
const ofServices = new WeakMap<Role, Map<string, Issued>>();

/** A service uses its session again until half of its time is over. */
function issue(
  role: Role,
  sessionName: string,
  seconds: number,
  caller: Principal,
  context: CloudContext,
): Issued {
  const now = context.clock.now();
  const issueNew = (): Issued => {
    const expiresAt = now + seconds * 1000;
    return { credentials: context.issueCredentials(role.roleName, sessionName, expiresAt), expiresAt };
  };
  if (caller.kind !== "service") return issueNew();
  const sessions = ofServices.get(role) ?? new Map<string, Issued>();
  ofServices.set(role, sessions);
  const name = `${caller.service} ${sessionName}`;
  const before = sessions.get(name);
  if (before !== undefined && before.expiresAt - now > seconds * 500) return before;
  const issued = issueNew();
  sessions.set(name, issued);
  return issued;
}

/**
 * A trust policy must allow the caller by name; one that names the account leaves roles to their own policies.
 * It binds the administrator too: that is how AWS keeps people out of a function's role.
 */
function trusts(
  role: Role,
  principal: Principal,
  externalId: string | undefined,
  context: CloudContext,
  identities: Identities,
): boolean {
  const { caller, role: callersRole } = callerFor(principal, identities);
  const own = externalId === undefined ? {} : { "sts:ExternalId": externalId };
  const request = {
    caller,
    action: "sts:AssumeRole",
    resource: role.arn,
    context: conditionContext(principal, callersRole, own, context),
  };
  const identity =
    callersRole === undefined
      ? "none"
      : verdictOf(identityPolicies(callersRole, context.clock.now()), request);
  if (identity === "deny") return false;
  const trust = verdictOf([role.trustPolicy.document], request);
  return trust === "allow" || (trust === "delegate" && identity === "allow");
}

function userId(principal: Principal, identities: Identities): string {
  switch (principal.kind) {
    case "administrator":
      return principal.accountId;
    case "role":
      return `${identities.roles.get(principal.roleName)?.roleId ?? "AROA"}:${principal.sessionName}`;
    case "service":
      return principal.service;
  }
}
