import fc from "fast-check";
import { condition, type Fragment, placed, projection, safeUpdate, update as anyUpdate } from "./expressions";
import { legacyRequests } from "./legacyRequests";
import { statements } from "./partiql";
import { type Command, tableNames } from "./runs";
import { list, map, number, numbers, S, tags, text, value } from "./values";

const attributes = fc.record(
  {
    n: number,
    s: text,
    tags,
    ns: numbers,
    l: list,
    /** Never left empty: DynamoDB Local loses the type of an empty map in stream records. */
    m: map,
    v: value,
    w: value,
    flag: fc.boolean().map((BOOL) => ({ BOOL })),
  },
  { requiredKeys: [] },
);

const id = fc.constantFrom("a", "b", "c").map(S);
const table = fc.constantFrom(...tableNames);
const onFailure = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
const report = fc.constantFrom(
  {},
  { ReturnConsumedCapacity: "TOTAL" },
  { ReturnConsumedCapacity: "INDEXES" },
);
const maybeCondition = fc.option(condition, { nil: undefined });

/** The members of a request that carry its expressions. */
function expressionMembers(expressions: Readonly<Record<string, Fragment | undefined>>): object {
  const given = Object.entries(expressions).flatMap(([member, each]) =>
    each === undefined ? [] : [[member, each] as const],
  );
  const written = placed(given.map(([, each]) => each));
  const names = Object.assign({}, ...written.map((each) => each.names)) as object;
  const values = Object.assign({}, ...written.map((each) => each.values)) as object;
  return {
    ...Object.fromEntries(given.map(([member], index) => [member, written[index]?.text])),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

const conditionMembers = (ConditionExpression: Fragment | undefined) =>
  expressionMembers({ ConditionExpression });

const updateMembers = (UpdateExpression: Fragment, ConditionExpression: Fragment | undefined) =>
  expressionMembers({ UpdateExpression, ConditionExpression });

const target = fc.record({ table, id, check: maybeCondition, onFailure });

const put: fc.Arbitrary<Command> = fc
  .tuple(target, attributes, report, fc.constantFrom({}, { ReturnValues: "ALL_OLD" }))
  .map(([to, values, capacity, returned]) => ({
    operation: "PutItem",
    input: {
      TableName: to.table,
      Item: { ...values, id: to.id },
      ...conditionMembers(to.check),
      ...to.onFailure,
      ...capacity,
      ...returned,
    },
  }));

/** DynamoDB Local shows whole attributes where only a part was updated, AWS that part alone. */
function shown(update: Fragment, returnValues: string): string {
  return /[.[]/.test(update.text) && returnValues.startsWith("UPDATED") ? "ALL_NEW" : returnValues;
}

const update: fc.Arbitrary<Command> = fc
  .tuple(
    target,
    anyUpdate,
    report,
    fc.constantFrom("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
  )
  .map(([to, expression, capacity, returnValues]) => ({
    operation: "UpdateItem",
    actions: expression.actions,
    input: {
      TableName: to.table,
      Key: { id: to.id },
      ...updateMembers(expression, to.check),
      ...to.onFailure,
      ...capacity,
      ReturnValues: shown(expression, returnValues),
    },
  }));

const remove: fc.Arbitrary<Command> = fc
  .tuple(target, report, fc.constantFrom({}, { ReturnValues: "ALL_OLD" }))
  .map(([to, capacity, returned]) => ({
    operation: "DeleteItem",
    input: {
      TableName: to.table,
      Key: { id: to.id },
      ...conditionMembers(to.check),
      ...to.onFailure,
      ...capacity,
      ...returned,
    },
  }));

const get: fc.Arbitrary<Command> = fc
  .tuple(table, id, report, fc.boolean(), fc.option(projection, { nil: undefined }))
  .map(([from, key, capacity, ConsistentRead, ProjectionExpression]) => ({
    operation: "GetItem",
    input: {
      TableName: from,
      Key: { id: key },
      ConsistentRead,
      ...capacity,
      ...expressionMembers({ ProjectionExpression }),
    },
  }));

const scan: fc.Arbitrary<Command> = fc
  .tuple(table, maybeCondition, fc.option(projection, { nil: undefined }))
  .map(([from, FilterExpression, ProjectionExpression]) => ({
    operation: "Scan",
    input: { TableName: from, ...expressionMembers({ FilterExpression, ProjectionExpression }) },
  }));

type ActionKind = "Put" | "Update" | "Delete" | "ConditionCheck";

/** An action of a transaction on an item. */
interface Action {
  readonly item: string;
  readonly kind: ActionKind;
  readonly members: object;
}

type Target = typeof target extends fc.Arbitrary<infer T> ? T : never;

function action(kind: ActionKind, to: Target, members: object): Action {
  return {
    item: `${to.table}/${to.id.S}`,
    kind,
    members: { TableName: to.table, ...members, ...to.onFailure },
  };
}

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc
    .tuple(target, attributes)
    .map(([to, values]) =>
      action("Put", to, { Item: { ...values, id: to.id }, ...conditionMembers(to.check) }),
    ),
  fc
    .tuple(target, safeUpdate)
    .map(([to, expression]) =>
      action("Update", to, { Key: { id: to.id }, ...updateMembers(expression, to.check) }),
    ),
  target.map((to) => action("Delete", to, { Key: { id: to.id }, ...conditionMembers(to.check) })),
  fc
    .tuple(target, condition)
    .map(([to, check]) => action("ConditionCheck", to, { Key: { id: to.id }, ...conditionMembers(check) })),
);

/**
 * Whether DynamoDB Local counts the units of a transaction as AWS does: it counts equal amounts in one table
 * once, a check as a read (AWS charges a write), and does not double the deletion of what is not there.
 */
function countedAlike(actions: readonly Action[]): boolean {
  const tables = actions.map(({ item }) => item.split("/")[0]);
  const writes = actions.every(({ kind }) => kind === "Put" || kind === "Update");
  return writes && new Set(tables).size === tables.length;
}

const transaction: fc.Arbitrary<Command> = fc
  .tuple(
    fc.uniqueArray(anyAction, { minLength: 1, maxLength: 4, selector: ({ item }) => item }),
    report,
    fc.option(fc.constantFrom("first", "second"), { nil: undefined }),
  )
  .map(([actions, capacity, token]) => ({
    operation: "TransactWriteItems",
    input: {
      TransactItems: actions.map(({ kind, members }) => ({ [kind]: members })),
      ...(countedAlike(actions) && capacity),
      ...(token !== undefined && { ClientRequestToken: token }),
    },
  }));

const transactGet: fc.Arbitrary<Command> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(table, id), {
      minLength: 1,
      maxLength: 3,
      selector: ([from, key]) => `${from}/${key.S}`,
    }),
    report,
  )
  .map(([reads, capacity]) => ({
    operation: "TransactGetItems",
    input: {
      TransactItems: reads.map(([from, key]) => ({ Get: { TableName: from, Key: { id: key } } })),
      ...capacity,
    },
  }));

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 6, arbitrary: update },
  { weight: 1, arbitrary: remove },
  { weight: 1, arbitrary: get },
  { weight: 1, arbitrary: scan },
  { weight: 1, arbitrary: legacyRequests(table, id) },
  { weight: 4, arbitrary: transaction },
  { weight: 1, arbitrary: transactGet },
  { weight: 4, arbitrary: statements(attributes) },
);

/** Sequences of requests to two tables whose items are few, so that the requests meet each other. */
export const sequences: fc.Arbitrary<readonly Command[]> = fc.array(command, { minLength: 5, maxLength: 25 });
