import { elements, members, strings } from "./read";

/** A statement of an IAM policy document, every shorthand written out. */
export interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** "*", or kind and value: "Service lambda.amazonaws.com", "AWS 111122223333". */
  readonly principals: readonly string[];
  /** Operator, key and values: `{ operator: "Bool", key: "aws:SecureTransport", values: ["false"] }`. */
  readonly conditions: readonly {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/** The statements of a policy document, given as JSON text or as an object. */
export function statementsOf(document: unknown): readonly Statement[] {
  if (document === undefined || document === null) return [];
  const parsed: unknown = typeof document === "string" ? JSON.parse(document) : document;
  return elements(members(parsed).Statement).map((statement) => readStatement(members(statement)));
}

function readStatement(statement: Readonly<Record<string, unknown>>): Statement {
  return {
    allows: statement.Effect === "Allow",
    actions: strings(statement.Action),
    notActions: strings(statement.NotAction),
    resources: strings(statement.Resource),
    notResources: strings(statement.NotResource),
    principals: principalsOf(statement),
    conditions: Object.entries(members(statement.Condition)).flatMap(([operator, keys]) =>
      Object.entries(members(keys)).map(([key, values]) => ({ operator, key, values: strings(values) })),
    ),
  };
}

function principalsOf({ Principal, NotPrincipal }: Readonly<Record<string, unknown>>): readonly string[] {
  // Everyone but some is everyone, as far as a rule is concerned.
  if (NotPrincipal !== undefined || Principal === "*") return ["*"];
  return Object.entries(members(Principal)).flatMap(([kind, values]) =>
    strings(values).map((value) => (kind === "AWS" && value === "*" ? "*" : `${kind} ${value}`)),
  );
}

/** Keys whose presence ties a statement to callers that somebody chose. */
const CALLER_KEYS = [
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:sourceowner",
  "aws:sourceorgid",
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principalorgid",
];

/** Whether anybody at all is let in. */
export function isPublic(statement: Statement): boolean {
  return (
    statement.allows &&
    statement.principals.includes("*") &&
    !statement.conditions.some(
      ({ operator, key, values }) =>
        CALLER_KEYS.includes(key.toLowerCase()) && !operator.includes("Not") && !values.includes("*"),
    )
  );
}

/** Whether everyone is refused `action` ("sqs:*", "sns:Publish"), or all that includes it, without TLS. */
export function refusesWithoutTls(statement: Statement, action: string): boolean {
  const covering = ["*", `${action.split(":")[0] ?? ""}:*`, action].map((name) => name.toLowerCase());
  return (
    !statement.allows &&
    statement.principals.includes("*") &&
    statement.actions.some((denied) => covering.includes(denied.toLowerCase())) &&
    // With a second condition, a request without TLS could still get through.
    statement.conditions.length === 1 &&
    statement.conditions.every(
      ({ operator, key, values }) =>
        operator === "Bool" &&
        key.toLowerCase() === "aws:securetransport" &&
        values.every((value) => value === "false"),
    )
  );
}
