import { AwsError } from "../errors";
import { parseJson } from "../parseJson";
import { conditionProblem, type Condition } from "./conditions";
import { hasVariable } from "./pattern";
import { messageOf } from "../messageOf";
import { isObject } from "../record";

/** A policy document, checked and with every shorthand written out. */
export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Absent in identity policies, whose principal is the role they belong to. */
  readonly principal: PolicyPrincipal | undefined;
  /** `not` for NotAction: everything but these. Lower-case. */
  readonly actions: Patterns;
  /** Absent in trust policies, whose resource is the role they belong to. */
  readonly resources: Patterns | undefined;
  readonly conditions: readonly Condition[];
}

export interface Patterns {
  readonly not: boolean;
  readonly patterns: readonly string[];
}

export type PolicyPrincipal =
  | { readonly kind: "everyone" }
  | {
      readonly kind: "listed";
      /** ARNs and account ids. */
      readonly aws: readonly string[];
      readonly services: readonly string[];
    };

/** What a policy is attached to; each kind has elements that the others may not have. */
export type PolicyKind = "identity" | "resource" | "trust";

const documentFields = ["Version", "Id", "Statement"];
const statementFields = [
  "Sid",
  "Effect",
  "Principal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

/**
 * Reads a policy document, as text or as parsed JSON.
 *
 * Throws MalformedPolicyDocumentException naming the statement (counted from 1, with its Sid) and the field. An element
 * or an operator that the evaluator does not know is such an error too, here rather than at the first call.
 */
export function parsePolicyDocument(source: unknown, kind: PolicyKind): PolicyDocument {
  const document = typeof source === "string" ? jsonOf(source) : source;
  if (!isObject(document)) throw malformed("The policy", "an object", document);
  rejectUnknown(document, documentFields, "The policy");
  // The default when it is left out is the older version, without variables; nobody means that today.
  if (document.Version !== "2012-10-17") throw malformed("Version", '"2012-10-17"', document.Version);
  const statements = Array.isArray(document.Statement)
    ? (document.Statement as unknown[])
    : [document.Statement];
  if (statements.length === 0) throw malformed("Statement", "at least one statement", []);
  return { statements: statements.map((statement, index) => parseStatement(statement, index, kind)) };
}

function parseStatement(statement: unknown, index: number, kind: PolicyKind): Statement {
  if (!isObject(statement)) throw malformed(`Statement ${index + 1}`, "an object", statement);
  const sid = statement.Sid;
  const where = `Statement ${index + 1}${typeof sid === "string" ? ` ("${sid}")` : ""}`;
  rejectUnknown(statement, statementFields, where);
  if (sid !== undefined && typeof sid !== "string") throw malformed(`${where}, Sid`, "a text", sid);
  const effect = statement.Effect;
  if (effect !== "Allow" && effect !== "Deny")
    throw malformed(`${where}, Effect`, '"Allow" or "Deny"', effect);
  const actions = parsePatterns(statement, "Action", where);
  for (const pattern of actions.patterns) {
    if (pattern !== "*" && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(pattern)) {
      throw malformed(`${where}, Action`, 'actions like "sqs:SendMessage", or "*"', pattern);
    }
  }
  return {
    effect,
    principal: parsePrincipal(statement, kind, where),
    actions: { not: actions.not, patterns: actions.patterns.map((pattern) => pattern.toLowerCase()) },
    resources: parseResources(statement, kind, where),
    conditions: parseConditions(statement.Condition, where),
  };
}

function parsePatterns(
  statement: Record<string, unknown>,
  field: "Action" | "Resource",
  where: string,
): Patterns {
  const notField = `Not${field}`;
  const plain = statement[field];
  const negated = statement[notField];
  if ((plain === undefined) === (negated === undefined)) {
    throw new AwsError(
      "MalformedPolicyDocumentException",
      `${where}: expected either ${field} or ${notField}`,
    );
  }
  return plain === undefined
    ? { not: true, patterns: textsOf(negated, `${where}, ${notField}`) }
    : { not: false, patterns: textsOf(plain, `${where}, ${field}`) };
}

function parseResources(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  where: string,
): Patterns | undefined {
  if (kind === "trust") {
    rejectPresent(statement, ["Resource", "NotResource"], where, "a trust policy");
    return undefined;
  }
  const resources = parsePatterns(statement, "Resource", where);
  for (const pattern of resources.patterns) {
    if (pattern !== "*" && !/^arn:[^:]+:/.test(pattern))
      throw malformed(`${where}, Resource`, 'ARNs or "*"', pattern);
    // What such a statement leaves out would depend on the request having the value: too easy to get wrong.
    if (resources.not && hasVariable(pattern)) {
      throw malformed(`${where}, NotResource`, "ARNs without policy variables", pattern);
    }
  }
  return resources;
}

function parsePrincipal(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  where: string,
): PolicyPrincipal | undefined {
  if (kind === "identity") {
    rejectPresent(statement, ["Principal"], where, "an identity policy");
    return undefined;
  }
  const principal = statement.Principal;
  if (principal === "*") return { kind: "everyone" };
  if (!isObject(principal)) throw malformed(`${where}, Principal`, '"*" or an object', principal);
  rejectUnknown(principal, ["AWS", "Service"], `${where}, Principal`);
  const aws = principal.AWS === undefined ? [] : textsOf(principal.AWS, `${where}, Principal.AWS`);
  const services =
    principal.Service === undefined ? [] : textsOf(principal.Service, `${where}, Principal.Service`);
  if (aws.length + services.length === 0) throw malformed(`${where}, Principal`, "AWS or Service", principal);
  if (aws.includes("*")) return { kind: "everyone" };
  for (const name of aws) {
    if (!/^([0-9]{12}|arn:aws:(iam|sts)::[0-9]{12}:[^*?]+)$/.test(name)) {
      throw malformed(`${where}, Principal.AWS`, '"*", an account id or the ARN of a role or session', name);
    }
  }
  for (const name of services) {
    if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(name)) {
      throw malformed(`${where}, Principal.Service`, 'names like "lambda.amazonaws.com"', name);
    }
  }
  return { kind: "listed", aws, services };
}

function parseConditions(block: unknown, where: string): Condition[] {
  if (block === undefined) return [];
  if (!isObject(block)) throw malformed(`${where}, Condition`, "an object", block);
  return Object.entries(block).flatMap(([name, keys]) => {
    const field = `${where}, Condition.${name}`;
    if (!isObject(keys)) throw malformed(field, "an object of condition keys", keys);
    const [, set, operator = name, ifExists] =
      /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
    return Object.entries(keys).map(([key, value]) => {
      const condition: Condition = {
        operator,
        set: set === "ForAllValues" || set === "ForAnyValue" ? set : undefined,
        ifExists: ifExists !== undefined,
        key,
        values: textsOf(value, `${field}.${key}`),
      };
      const problem = conditionProblem(condition);
      if (problem !== undefined)
        throw new AwsError("MalformedPolicyDocumentException", `${field}: ${problem}`);
      return condition;
    });
  });
}

/** One text or a list of them; numbers and truth values are texts in disguise. */
function textsOf(value: unknown, field: string): string[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  if (values.length === 0) throw malformed(field, "at least one text", value);
  return values.map((item) => {
    if (typeof item === "string" && item !== "") return item;
    if (
      field.includes(", Condition.") &&
      (typeof item === "boolean" || typeof item === "number" || item === "")
    ) {
      return String(item);
    }
    throw malformed(field, "a text or a list of texts", item);
  });
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AwsError("MalformedPolicyDocumentException", `The policy is not JSON: ${messageOf(error)}`);
  }
}

function rejectUnknown(object: Record<string, unknown>, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw new AwsError(
    "MalformedPolicyDocumentException",
    `${where}: "${unknown}" is not supported by the embedded cloud; expected ${known.join(", ")}`,
  );
}

function rejectPresent(
  statement: Record<string, unknown>,
  fields: readonly string[],
  where: string,
  what: string,
): void {
  const present = fields.find((field) => statement[field] !== undefined);
  if (present !== undefined)
    throw new AwsError("MalformedPolicyDocumentException", `${where}: ${what} has no ${present}`);
}

function malformed(field: string, expected: string, got: unknown): AwsError {
  return new AwsError(
    "MalformedPolicyDocumentException",
    `${field}: got ${JSON.stringify(got)}; expected ${expected}`,
  );
}
