import { isObject, malformed, malformedPolicy, syntaxError, textsOf, type PolicyKind } from "./policySyntax";

/** Whom a statement speaks of. IAM user guide, "Principal" and "NotPrincipal". */
export type PolicyPrincipal =
  | { readonly kind: "everyone"; readonly not: boolean }
  | {
      readonly kind: "listed";
      /** NotPrincipal: everybody but these. */
      readonly not: boolean;
      /** ARNs and account ids. */
      readonly aws: readonly string[];
      readonly services: readonly string[];
      /** Identity providers: nobody signs in by one here, so that no caller is ever one of them. */
      readonly federated: readonly string[];
      /** Accounts by the id that S3 knows them by; no caller has one here either. */
      readonly canonicalUsers: readonly string[];
    };

const NAMES: Readonly<Record<string, { readonly pattern: RegExp; readonly expected: string }>> = {
  AWS: {
    pattern:
      /^([0-9]{12}|arn:aws:iam::[0-9]{12}:(root|user\/[^*?]+|role\/[^*?]+)|arn:aws:sts::[0-9]{12}:(assumed-role|federated-user)\/[^*?]+)$/,
    expected: '"*", an account id or the ARN of a role, session or user',
  },
  Service: {
    pattern: /^[a-z0-9.-]+\.amazon(aws)?\.com(\.cn)?$/,
    expected: 'names like "lambda.amazonaws.com"',
  },
  Federated: {
    pattern:
      /^(arn:aws:iam::[0-9]{12}:(saml|oidc)-provider\/[^*?]+|cognito-identity\.amazonaws\.com|accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com)$/,
    expected: "the ARN of a SAML or OIDC provider, or the domain of a well-known one",
  },
  CanonicalUser: { pattern: /^[0-9a-f]{64}$/, expected: "64 hexadecimal digits" },
};

export function parsePrincipal(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  where: string,
): PolicyPrincipal | undefined {
  const { Principal: plain, NotPrincipal: negated } = statement;
  const field = negated === undefined ? "Principal" : "NotPrincipal";
  if (kind === "identity") {
    if (plain === undefined && negated === undefined) return undefined;
    throw malformedPolicy(
      `Policy document should not specify a principal. (${where}: an identity policy has no ${field})`,
    );
  }
  if (plain !== undefined && negated !== undefined)
    throw syntaxError(`${where}: expected either Principal or NotPrincipal, got both`);
  const not = negated !== undefined;
  const principal = plain ?? negated;
  if (principal === undefined) {
    throw malformedPolicy(
      `Missing required field Principal (${where}, Principal: got undefined; expected "*" or an object)`,
    );
  }
  if (principal === "*") return { kind: "everyone", not };
  if (!isObject(principal)) throw malformed(`${where}, ${field}`, '"*" or an object', principal);
  const kinds = Object.keys(principal);
  const unknown = kinds.find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined || kinds.length === 0)
    throw malformed(`${where}, ${field}`, `one or more of ${Object.keys(NAMES).join(", ")}`, principal);
  const names = (name: string) =>
    principal[name] === undefined ? [] : textsOf(principal[name], `${where}, ${field}.${name}`);
  const aws = names("AWS");
  if (aws.includes("*")) return { kind: "everyone", not };
  for (const name of kinds) for (const given of names(name)) checkName(name, given, `${where}, ${field}`);
  return {
    kind: "listed",
    not,
    aws,
    services: names("Service"),
    federated: names("Federated"),
    canonicalUsers: names("CanonicalUser"),
  };
}

function checkName(kind: string, name: string, where: string): void {
  const rule = NAMES[kind];
  if (rule === undefined || rule.pattern.test(name)) return;
  throw invalidPrincipal(kind, name, `${where}.${kind}: expected ${rule.expected}`);
}

/** IAM's words, which write the kind of all but AWS in capitals. */
export function invalidPrincipal(kind: string, name: string, detail: string): Error {
  return malformedPolicy(`Invalid principal in policy: "${kind.toUpperCase()}":"${name}" (${detail})`);
}
