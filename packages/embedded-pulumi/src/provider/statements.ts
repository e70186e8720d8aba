import type { Wire } from "../engine/values";
import { canonical, isMembers } from "./canonical";

type Statement = Readonly<Record<string, Wire>>;

export interface StatementChange {
  /** The statement's Sid, or what it allows. */
  readonly label: string;
  readonly before: Wire | undefined;
  readonly after: Wire | undefined;
}

export function isPolicyDocument(value: Wire | undefined): value is { [key: string]: Wire; Statement: Wire } {
  return isMembers(value) && "Statement" in value;
}

/** A single statement of a policy document, as IAM's JSON has it. */
export function isStatement(value: Wire | undefined): value is { [key: string]: Wire; Effect: string } {
  return isMembers(value) && typeof value.Effect === "string";
}

/** Ways in which a statement may be the successor of another, the surest first; undefined when it has none. */
const kinships: readonly ((statement: Statement) => string | undefined)[] = [
  (statement) => canonical(normal(statement)),
  ({ Sid }) => canonical(Sid),
  (statement) => sameParts(statement, ["Effect", "Principal", "Resource", "NotResource"]),
  (statement) => sameParts(statement, ["Effect", "Principal", "Action", "NotAction"]),
];

/** Pairs the statements of two documents and tells those that differ; their order means nothing to IAM. */
export function matchedStatements(before: Wire, after: Wire): readonly StatementChange[] {
  const old = listed(before);
  const current = listed(after);
  const pairs: [Statement, Statement][] = [];
  for (const kinship of kinships) {
    for (const statement of [...old]) {
      const key = kinship(statement);
      const successor = key === undefined ? undefined : current.find((other) => kinship(other) === key);
      if (successor === undefined) continue;
      pairs.push([statement, successor]);
      old.splice(old.indexOf(statement), 1);
      current.splice(current.indexOf(successor), 1);
    }
  }
  return [
    ...pairs
      .filter(([a, b]) => canonical(normal(a)) !== canonical(normal(b)))
      .map(([a, b]) => ({ label: labelOf(b), before: a, after: b })),
    ...current.map((added) => ({ label: labelOf(added), before: undefined, after: added })),
    ...old.map((removed) => ({ label: labelOf(removed), before: removed, after: undefined })),
  ];
}

/** "Allow sqs:SendMessage on arn:… when Bool aws:SecureTransport=false", for a person. */
export function describeStatement(statement: Statement): string {
  const { Effect, Principal, Action, NotAction, Resource, NotResource, Condition } = statement;
  const who =
    Principal === undefined
      ? ""
      : ` ${typeof Principal === "string" ? Principal : JSON.stringify(Principal)}`;
  const actions = NotAction === undefined ? texts(Action) : `everything but ${texts(NotAction)}`;
  const resources =
    NotResource !== undefined
      ? ` on everything but ${texts(NotResource)}`
      : Resource === undefined
        ? ""
        : ` on ${texts(Resource)}`;
  const when = Condition === undefined ? "" : ` when ${JSON.stringify(Condition)}`;
  return `${texts(Effect)}${who} ${actions}${resources}${when}`;
}

function listed(statements: Wire): Statement[] {
  const list = Array.isArray(statements) ? statements : [statements];
  return list.map((statement) => (isStatement(statement) ? statement : { Effect: statement }));
}

/** One element stands for a list of it, and the order of such lists means nothing. */
function normal(statement: Statement): Record<string, Wire> {
  const lists = ["Action", "NotAction", "Resource", "NotResource"];
  return Object.fromEntries(
    Object.entries(statement).map(([key, value]) => [
      key,
      lists.includes(key) ? [...(Array.isArray(value) ? value : [value])].map(String).sort() : value,
    ]),
  );
}

function sameParts(statement: Statement, parts: readonly string[]): string {
  const all = normal(statement);
  return canonical(parts.map((part) => all[part] ?? null)) ?? "";
}

function labelOf(statement: Statement): string {
  const { Sid, Effect, Action, NotAction } = statement;
  if (typeof Sid === "string") return Sid;
  return `${texts(Effect)} ${NotAction === undefined ? texts(Action) : `not ${texts(NotAction)}`}`;
}

function texts(value: Wire | undefined): string {
  return (Array.isArray(value) ? value : [value ?? ""])
    .map((text) => (typeof text === "string" ? text : JSON.stringify(text)))
    .join(", ");
}
