import fc from "fast-check";

/** A request that goes to both sides. Tables and client tokens have short names, which `inRun` makes unique. */
export interface Command {
  readonly operation: string;
  readonly input: object;
}

export const tableNames = ["orders", "stock"] as const;

export function tableInRun(tableName: string, run: string): string {
  return `${tableName}-${run}`;
}

/** The command on the tables of one run, which no other run touches. */
export function inRun({ operation, input }: Command, run: string): Command {
  const unique = JSON.stringify(input).replace(
    /"(TableName|ClientRequestToken)":"([^"]*)"/g,
    (_, member: string, name: string) => `"${member}":"${tableInRun(name, run)}"`,
  );
  return { operation, input: JSON.parse(unique) as object };
}

const N = (value: number) => ({ N: String(value) });
const S = (value: string) => ({ S: value });

interface Expression {
  readonly text: string;
  readonly values?: object;
}

/** Numbers from a small range, so that conditions hold about as often as they fail. */
const number = fc.integer({ min: -3, max: 6 }).map(N);
/** Some texts make an item cross the size of a write unit. */
const text = fc.constantFrom("", "a", "abc", "é", "x".repeat(900), "ü".repeat(700)).map(S);
const tags = fc.uniqueArray(fc.constantFrom("red", "green", "blue"), { minLength: 1 }).map((SS) => ({ SS }));

const attributes = fc.record(
  {
    n: number,
    s: text,
    tags,
    /** Never left empty: DynamoDB Local loses the type of an empty map in stream records. */
    m: fc.record({ M: fc.record({ x: number, y: fc.constant({ NULL: true }) }) }),
    flag: fc.boolean().map((BOOL) => ({ BOOL })),
  },
  { requiredKeys: [] },
);

const condition: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom<Expression>(
    { text: "attribute_exists(id)" },
    { text: "attribute_not_exists(id)" },
    { text: "attribute_exists(m.x) AND NOT attribute_exists(s)" },
  ),
  number.map((m) => ({ text: "n >= :m", values: { ":m": m } })),
  number.map((m) => ({ text: "NOT n = :m", values: { ":m": m } })),
  number.map((m) => ({ text: "n <> :m OR m.x < :m", values: { ":m": m } })),
  number.map((m) => ({ text: "n IN (:m, :z)", values: { ":m": m, ":z": N(0) } })),
  text.map((s) => ({ text: "s = :s OR attribute_type(n, :type)", values: { ":s": s, ":type": S("N") } })),
  fc.constant({ text: "begins_with(s, :a) AND size(s) > :one", values: { ":a": S("a"), ":one": N(1) } }),
  fc
    .constantFrom("red", "green")
    .map((tag) => ({ text: "contains(tags, :tag)", values: { ":tag": S(tag) } })),
  fc.constant({ text: "n BETWEEN :low AND :high", values: { ":low": N(0), ":high": N(3) } }),
);

/** Updates that no item makes invalid. */
const safeUpdate: fc.Arbitrary<Expression> = fc.oneof(
  number.map((v) => ({ text: "SET n = :new", values: { ":new": v } })),
  number.map((v) => ({ text: "ADD n :new", values: { ":new": v } })),
  number.map((v) => ({ text: "SET n = if_not_exists(n, :nil) - :new", values: { ":new": v, ":nil": N(0) } })),
  fc.constant({ text: "REMOVE s, flag" }),
  text.map((s) => ({ text: "SET s = :text REMOVE n", values: { ":text": s } })),
  tags.map((t) => ({ text: "ADD tags :some", values: { ":some": t } })),
  tags.map((t) => ({ text: "DELETE tags :some", values: { ":some": t } })),
  text.map((s) => ({
    text: "SET l = list_append(if_not_exists(l, :none), :l)",
    values: { ":none": { L: [] }, ":l": { L: [s] } },
  })),
);

/** Updates that some items make invalid. */
const riskyUpdate: fc.Arbitrary<Expression> = fc.oneof(
  number.map((v) => ({ text: "SET n = n + :new", values: { ":new": v } })),
  number.map((v) => ({ text: "SET m.x = :new", values: { ":new": v } })),
  number.map((v) => ({ text: "ADD s :new", values: { ":new": v } })),
  fc.constant({ text: "REMOVE m.x" }),
  fc.constant({ text: "SET s = tags" }),
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

function conditionMembers(expression: Expression | undefined): object {
  return expression === undefined
    ? {}
    : {
        ConditionExpression: expression.text,
        ...(expression.values && { ExpressionAttributeValues: expression.values }),
      };
}

function updateMembers(update: Expression, expression: Expression | undefined): object {
  const values = { ...update.values, ...expression?.values };
  return {
    UpdateExpression: update.text,
    ...(expression && { ConditionExpression: expression.text }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

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
function shown(update: Expression, returnValues: string): string {
  return update.text.includes("m.x") && returnValues.startsWith("UPDATED") ? "NONE" : returnValues;
}

const update: fc.Arbitrary<Command> = fc
  .tuple(
    target,
    fc.oneof(safeUpdate, riskyUpdate),
    report,
    fc.constantFrom("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
  )
  .map(([to, expression, capacity, returnValues]) => ({
    operation: "UpdateItem",
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
  .tuple(table, id, report, fc.boolean())
  .map(([from, key, capacity, ConsistentRead]) => ({
    operation: "GetItem",
    input: { TableName: from, Key: { id: key }, ConsistentRead, ...capacity },
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

/** Sequences of requests to two tables whose items are few, so that the requests meet each other. */
export const sequences: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: put },
    { weight: 3, arbitrary: update },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: get },
    { weight: 4, arbitrary: transaction },
    { weight: 1, arbitrary: transactGet },
  ),
  { minLength: 5, maxLength: 25 },
);
