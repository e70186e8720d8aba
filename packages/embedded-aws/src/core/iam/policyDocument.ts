import { parseJson } from "../parseJson";
import { conditionProblem, type Condition } from "./conditions";
import { hasVariable } from "./pattern";
import { checkAction, checkResource } from "./policyNames";
import { parsePrincipal, type PolicyPrincipal } from "./policyPrincipal";
import { isObject, malformed, malformedPolicy, type PolicyKind, syntaxError, textsOf } from "./policySyntax";
import { messageOf } from "../messageOf";

export type { PolicyPrincipal } from "./policyPrincipal";
export type { PolicyKind } from "./policySyntax";

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

/** The language's versions; a document that names none is of the older, which has no variables. */
const versions = ["2008-10-17", "2012-10-17"];
const documentFields = ["Version", "Id", "Statement"];
const statementFields = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

/** How a document's texts are to be read: `${key}` means itself in the older version. */
type Unescaped = (text: string) => string;

/**
 * Reads a policy document, as text or as parsed JSON.
 *
 * Throws MalformedPolicyDocumentException in AWS's words, with the statement (counted from 1, with its Sid) and the
 * field. An element or an operator that the evaluator does not know is such an error too, here rather than at the first
 * call. The kinds differ as in AWS: an identity policy names no principal, a trust policy no resource and only
 * actions of STS, and Sids are bound to letters and digits in identity policies and unique in those that IAM keeps.
 */
export function parsePolicyDocument(source: unknown, kind: PolicyKind): PolicyDocument {
  const document = typeof source === "string" ? jsonOf(source) : source;
  if (!isObject(document)) throw malformed("The policy", "an object", document);
  rejectUnknown(document, documentFields, "The policy");
  const { Version: version = "2008-10-17", Id: id } = document;
  if (typeof version !== "string" || !versions.includes(version))
    throw malformed("Version", `one of ${versions.join(", ")}`, version);
  if (id !== undefined && typeof id !== "string") throw malformed("Id", "a text", id);
  const statements = Array.isArray(document.Statement)
    ? (document.Statement as unknown[])
    : [document.Statement];
  if (statements.length === 0) throw malformed("Statement", "at least one statement", []);
  const unescaped: Unescaped =
    version === "2012-10-17" ? (text) => text : (text) => text.replaceAll("${", "${$}{");
  const parsed = statements.map((statement, index) => parseStatement(statement, index, kind, unescaped));
  if (kind !== "resource") checkSids(statements, kind);
  return { statements: parsed };
}

/** IAM user guide, "IAM JSON policy elements: Sid". Resources' policies may repeat them, and use any character. */
function checkSids(statements: readonly unknown[], kind: PolicyKind): void {
  const seen = new Set<string>();
  for (const statement of statements) {
    const sid = isObject(statement) ? statement.Sid : undefined;
    if (typeof sid !== "string" || sid === "") continue;
    if (kind === "identity" && !/^[0-9A-Za-z]*$/.test(sid)) {
      throw malformedPolicy(
        `Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]* (got "${sid}")`,
      );
    }
    if (seen.has(sid))
      throw malformedPolicy(`Statement IDs (SID) in a single policy must be unique. (got "${sid}" twice)`);
    seen.add(sid);
  }
}

function parseStatement(
  statement: unknown,
  index: number,
  kind: PolicyKind,
  unescaped: Unescaped,
): Statement {
  if (!isObject(statement)) throw malformed(`Statement ${index + 1}`, "an object", statement);
  const sid = statement.Sid;
  const where = `Statement ${index + 1}${typeof sid === "string" ? ` ("${sid}")` : ""}`;
  rejectUnknown(statement, statementFields, where);
  if (sid !== undefined && typeof sid !== "string") throw malformed(`${where}, Sid`, "a text", sid);
  const effect = statement.Effect;
  if (effect !== "Allow" && effect !== "Deny")
    throw malformed(`${where}, Effect`, '"Allow" or "Deny"', effect);
  const actions = parsePatterns(statement, "Action", where);
  for (const pattern of actions.patterns) checkAction(pattern, kind, where);
  return {
    effect,
    principal: parsePrincipal(statement, kind, where),
    actions: { not: actions.not, patterns: actions.patterns.map((pattern) => pattern.toLowerCase()) },
    resources: parseResources(statement, kind, where, unescaped),
    conditions: parseConditions(statement.Condition, where, unescaped),
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
  if (plain !== undefined && negated !== undefined)
    throw syntaxError(`${where}: expected either ${field} or ${notField}, got both`);
  const given = plain ?? negated;
  if (given === undefined || (Array.isArray(given) && given.length === 0)) {
    throw malformedPolicy(
      `Policy statement must contain ${field.toLowerCase()}s. (${where}: expected either ${field} or ${notField})`,
    );
  }
  const name = plain === undefined ? notField : field;
  return { not: plain === undefined, patterns: textsOf(given, `${where}, ${name}`) };
}

function parseResources(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  where: string,
  unescaped: Unescaped,
): Patterns | undefined {
  if (kind === "trust") {
    const field = ["Resource", "NotResource"].find((name) => statement[name] !== undefined);
    if (field !== undefined)
      throw malformedPolicy(`Has prohibited field ${field} (${where}: a trust policy has no ${field})`);
    return undefined;
  }
  const resources = parsePatterns(statement, "Resource", where);
  const patterns = resources.patterns.map(unescaped);
  for (const [index, pattern] of patterns.entries()) {
    checkResource(resources.patterns[index] ?? "", kind, where);
    // What such a statement leaves out would depend on the request having the value: too easy to get wrong.
    if (resources.not && hasVariable(pattern)) {
      throw malformed(`${where}, NotResource`, "ARNs without policy variables", pattern);
    }
  }
  return { not: resources.not, patterns };
}

function parseConditions(block: unknown, where: string, unescaped: Unescaped): Condition[] {
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
        values: textsOf(value, `${field}.${key}`).map(unescaped),
      };
      const problem = conditionProblem(condition);
      if (problem !== undefined) throw syntaxError(`${field}: ${problem}`);
      return condition;
    });
  });
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw syntaxError(`The policy is not JSON: ${messageOf(error)}`);
  }
}

function rejectUnknown(object: Record<string, unknown>, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw syntaxError(`${where}: "${unknown}" is no element of a policy; expected ${known.join(", ")}`);
}
