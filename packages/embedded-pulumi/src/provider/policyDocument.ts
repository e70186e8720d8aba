import { crc32 } from "node:zlib";
import * as v from "valibot";
import { define, type ProviderFunction } from "./providerFunction";

const texts = v.optional(v.array(v.string()), []);
const principals = v.optional(
  v.array(v.strictObject({ type: v.string(), identifiers: v.array(v.string()) })),
  [],
);

const statementArguments = v.strictObject({
  sid: v.optional(v.string()),
  effect: v.optional(v.picklist(["Allow", "Deny"], 'expected "Allow" or "Deny"'), "Allow"),
  actions: texts,
  notActions: texts,
  resources: texts,
  notResources: texts,
  principals,
  notPrincipals: principals,
  conditions: v.optional(
    v.array(v.strictObject({ test: v.string(), variable: v.string(), values: v.array(v.string()) })),
    [],
  ),
});

const documentArguments = v.strictObject({
  policyId: v.optional(v.string()),
  version: v.optional(v.picklist(["2012-10-17", "2008-10-17"]), "2012-10-17"),
  statements: v.optional(v.array(statementArguments), []),
  sourcePolicyDocuments: texts,
  overridePolicyDocuments: texts,
});

type Statement = Readonly<Record<string, unknown>> & { readonly Sid?: string };

/**
 * `aws.iam.getPolicyDocument`, as the AWS provider builds documents: lists of one are texts, longer ones are sorted
 * from Z to A. Statements of source documents come first and keep their identifiers to themselves; those of override
 * documents take the place of statements that have the same one.
 */
export const getPolicyDocument: ProviderFunction = define(documentArguments, (given) => {
  const statements = new Map<string | symbol, Statement>();
  const add = (statement: Statement) => statements.set(keyOf(statement), statement);
  for (const text of given.sourcePolicyDocuments) {
    for (const statement of statementsOf(text, "sourcePolicyDocuments")) addOnce(statements, statement);
  }
  for (const statement of given.statements.map(statementOf)) add(statement);
  for (const text of given.overridePolicyDocuments) {
    for (const statement of statementsOf(text, "overridePolicyDocuments")) add(statement);
  }
  const document = {
    Version: given.version,
    ...(given.policyId === undefined ? {} : { Id: given.policyId }),
    Statement: [...statements.values()],
  };
  const minified = JSON.stringify(document);
  return {
    id: String(crc32(minified)),
    json: JSON.stringify(document, null, 2),
    minifiedJson: minified,
    version: given.version,
  };
});

function keyOf({ Sid }: Statement): string | symbol {
  return Sid === undefined || Sid === "" ? Symbol("no identifier") : Sid;
}

function addOnce(statements: Map<string | symbol, Statement>, statement: Statement): void {
  const key = keyOf(statement);
  if (statements.has(key)) throw new Error(`sourcePolicyDocuments: duplicate Sid "${String(key)}"`);
  statements.set(key, statement);
}

function statementOf(given: v.InferOutput<typeof statementArguments>): Statement {
  return {
    ...(given.sid === undefined || given.sid === "" ? {} : { Sid: given.sid }),
    Effect: given.effect,
    ...member("Action", given.actions),
    ...member("NotAction", given.notActions),
    ...member("Resource", given.resources),
    ...member("NotResource", given.notResources),
    ...principalMember("Principal", given.principals),
    ...principalMember("NotPrincipal", given.notPrincipals),
    ...conditionMember(given.conditions),
  };
}

function member(name: string, values: readonly string[]): Statement {
  return values.length === 0 ? {} : { [name]: oneOrSorted(values) };
}

function oneOrSorted(values: readonly string[]): string | readonly string[] {
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 ? only : [...values].sort().reverse();
}

function principalMember(
  name: string,
  given: readonly { readonly type: string; readonly identifiers: readonly string[] }[],
): Statement {
  if (given.length === 0) return {};
  const anyone = given.every(
    ({ type, identifiers }) => type === "*" && identifiers.every((id) => id === "*"),
  );
  if (anyone) return { [name]: "*" };
  const byType = Map.groupBy(given, ({ type }) => type);
  return {
    [name]: Object.fromEntries(
      [...byType].map(([type, parts]) => [
        type,
        oneOrSorted(parts.flatMap(({ identifiers }) => identifiers)),
      ]),
    ),
  };
}

function conditionMember(
  given: readonly { readonly test: string; readonly variable: string; readonly values: readonly string[] }[],
): Statement {
  if (given.length === 0) return {};
  const byTest = Map.groupBy(given, ({ test }) => test);
  return {
    Condition: Object.fromEntries(
      [...byTest].map(([test, conditions]) => [
        test,
        Object.fromEntries(
          [...Map.groupBy(conditions, ({ variable }) => variable)].map(([variable, parts]) => [
            variable,
            oneOrInOrder(parts.flatMap(({ values }) => values)),
          ]),
        ),
      ]),
    ),
  };
}

/** The values of a condition keep their order. */
function oneOrInOrder(values: readonly string[]): string | readonly string[] {
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 ? only : values;
}

const parsedDocument = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Statement: v.union([v.array(v.record(v.string(), v.unknown())), v.record(v.string(), v.unknown())]),
  }),
);

function statementsOf(text: string, argument: string): readonly Statement[] {
  const parsed = v.safeParse(parsedDocument, text);
  if (!parsed.success)
    throw new Error(`${argument}: expected policy documents in JSON; ${parsed.issues[0].message}`);
  const { Statement } = parsed.output;
  return Array.isArray(Statement) ? Statement : [Statement];
}
