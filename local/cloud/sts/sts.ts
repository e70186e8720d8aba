import * as v from "valibot";
import { AwsError } from "../core/errors";
import { wireInteger } from "../core/protocols/wireValues";
import { operation, type Call, type CloudContext, type Output, type Service } from "../core/service";
import { callerFor, conditionContext, identityPolicies } from "../iam/authorize";
import { verdictOf } from "../iam/evaluate";
import type { Identities, Role } from "../iam/identities";
import { principalArn, type Principal } from "../iam/principal";

/** From the STS API reference: RoleSessionName, DurationSeconds. */
const sessionNamePattern = /^[\w+=,.@-]{2,64}$/;
const shortestSession = 900;
const defaultSession = 3600;

const assumeRoleInput = v.strictObject({
  RoleArn: v.string(),
  RoleSessionName: v.pipe(v.string(), v.regex(sessionNamePattern)),
  DurationSeconds: v.optional(v.pipe(wireInteger, v.minValue(shortestSession)), defaultSession),
  ExternalId: v.optional(v.string()),
});

/**
 * STS: who am I, and sessions of roles. AWS services assume roles here too: Lambda calls AssumeRole as the
 * principal `{kind: "service", service: "lambda.amazonaws.com", …}`, and the role's trust policy decides.
 */
export function createSts(context: CloudContext, identities: Identities): Service {
  return {
    name: "sts",
    protocol: { kind: "awsQuery", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
    operations: {
      // AWS asks no permission for it, and ignores a deny.
      GetCallerIdentity: operation(
        context,
        v.strictObject({}),
        () => [],
        (_, { caller }) => ({
          UserId: userId(caller, identities),
          Account: caller.kind === "service" ? context.accountId : caller.accountId,
          Arn: principalArn(caller),
        }),
      ),
      // The trust policy decides, together with the caller's own: see requireTrust.
      AssumeRole: operation(
        context,
        assumeRoleInput,
        () => [],
        (input, call) => assumeRole(context, identities, input, call),
      ),
    },
  };
}

function assumeRole(
  context: CloudContext,
  identities: Identities,
  input: v.InferOutput<typeof assumeRoleInput>,
  call: Call,
): Output {
  const role = [...identities.roles.values()].find(({ arn }) => arn === input.RoleArn);
  // AWS does not tell a missing role from one that may not be assumed.
  if (role === undefined || !trusts(role, call.caller, input.ExternalId, context, identities)) {
    throw new AwsError(
      "AccessDenied",
      `User: ${principalArn(call.caller)} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}: ` +
        "there is no such role, or its trust policy does not allow this",
      403,
    );
  }
  if (input.DurationSeconds > role.maxSessionDuration) {
    throw new AwsError(
      "ValidationError",
      `DurationSeconds: got ${input.DurationSeconds}; expected at most the role's MaxSessionDuration, ${role.maxSessionDuration}`,
    );
  }
  const credentials = context.issueCredentials(role.roleName, input.RoleSessionName);
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
      Expiration: new Date(context.clock.now() + input.DurationSeconds * 1000),
    },
    AssumedRoleUser: { AssumedRoleId: userId(session, identities), Arn: principalArn(session) },
  };
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
  const identity = callersRole === undefined ? "none" : verdictOf(identityPolicies(callersRole), request);
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
