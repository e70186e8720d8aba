import fc from "fast-check";
import { condition, type Fragment, projection, update as anyUpdate } from "./expressions";
import type { Command } from "./runs";

/** Random statements of PartiQL, made of the same conditions and updates as expressions. */

/** A statement whose every `?` stands for the next of its values, and the item that it is about. */
interface Written {
  readonly item: string;
  readonly text: string;
  readonly values: readonly object[];
  readonly actions: number;
}

const ALIAS = /#([a-z])\b/g;

/** The text of a fragment as PartiQL has it: odd names stand in double quotes there, not behind placeholders. */
function quoted({ text, values }: Fragment): Fragment {
  return { text: text.replaceAll(ALIAS, '"$1"'), values };
}

const table = fc.constantFrom("orders", "stock");
const id = fc.constantFrom("a", "b", "c");
const target = fc.tuple(table, id);
const maybeCondition = fc.option(condition.map(quoted), { nil: undefined });

/** `WHERE`, with the key before or after what else is asked. */
function where(key: string, check: Fragment | undefined, keyFirst: boolean): Fragment {
  const keyed = { text: "id = ?", values: [{ S: key }] };
  if (check === undefined) return { text: `WHERE ${keyed.text}`, values: keyed.values };
  const checked = { text: `(${check.text})`, values: check.values };
  const [first, second] = keyFirst ? [keyed, checked] : [checked, keyed];
  return { text: `WHERE ${first.text} AND ${second.text}`, values: [...first.values, ...second.values] };
}

const insert = (attributes: fc.Arbitrary<object>): fc.Arbitrary<Written> =>
  fc.tuple(target, attributes).map(([[name, key], values]) => {
    const members = Object.entries({ id: { S: key }, ...values }) as [string, object][];
    return {
      item: `${name}/${key}`,
      text: `INSERT INTO "${name}" VALUE {${members.map(([member]) => `'${member}': ?`).join(", ")}}`,
      values: members.map(([, value]) => value),
      actions: 1,
    };
  });

/** An update expression's sections as a statement's clauses. */
function clauses({ text, values }: Fragment): Fragment {
  const sections = text.split(/ (?=(?:REMOVE|ADD|DELETE|SET) )/);
  const written = sections.map((section) => {
    const [keyword = "", ...rest] = section.split(" ");
    const actions = rest.join(" ");
    switch (keyword) {
      case "REMOVE":
        return actions
          .split(", ")
          .map((path) => `REMOVE ${path}`)
          .join(" ");
      case "ADD":
      case "DELETE": {
        const path = actions.replace(/ \?$/, "");
        return `SET ${path} = set_${keyword.toLowerCase()}(${path}, ?)`;
      }
      default:
        return section;
    }
  });
  return { text: written.join(" "), values };
}

const update: fc.Arbitrary<Written> = fc
  .tuple(
    target,
    anyUpdate,
    maybeCondition,
    fc.boolean(),
    fc.constantFrom("", "ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"),
  )
  .map(([[name, key], expression, check, keyFirst, returning]) => {
    const set = clauses(quoted(expression));
    const asked = where(key, check, keyFirst);
    // DynamoDB Local shows whole attributes where only a part was updated, AWS that part alone.
    const shown = /[.[]/.test(set.text) ? returning.replace("MODIFIED", "ALL") : returning;
    return {
      item: `${name}/${key}`,
      text: `UPDATE "${name}" ${set.text} ${asked.text}${shown === "" ? "" : ` RETURNING ${shown} *`}`,
      values: [...set.values, ...asked.values],
      actions: expression.actions,
    };
  });

const remove: fc.Arbitrary<Written> = fc
  .tuple(target, maybeCondition, fc.boolean(), fc.constantFrom("", " RETURNING ALL OLD *"))
  .map(([[name, key], check, keyFirst, returning]) => {
    const asked = where(key, check, keyFirst);
    return {
      item: `${name}/${key}`,
      text: `DELETE FROM "${name}" ${asked.text}${returning}`,
      values: asked.values,
      actions: 1,
    };
  });

const select: fc.Arbitrary<Written> = fc
  .tuple(target, fc.option(projection.map(quoted), { nil: undefined }))
  .map(([[name, key], columns]) => ({
    item: `${name}/${key}`,
    text: `SELECT ${columns?.text ?? "*"} FROM "${name}" WHERE id = ?`,
    values: [{ S: key }],
    actions: 1,
  }));

/** Also of several items, and with conditions on what is no key. */
const selectBy: fc.Arbitrary<Written> = fc
  .tuple(table, condition.map(quoted))
  // DynamoDB Local fails when it is asked whether a key attribute exists.
  .filter(([, { text }]) => !text.includes("(id)"))
  .map(([name, { text, values }]) => ({
    item: name,
    text: `SELECT * FROM "${name}" WHERE (${text})`,
    values,
    actions: 1,
  }));

/** A value as statements write it; nothing where they cannot. */
function literalOf(value: object): string | undefined {
  const [[type, content] = []] = Object.entries(value) as [string, unknown][];
  switch (type) {
    case "S":
      return `'${String(content).replaceAll("'", "''")}'`;
    case "N":
      // Two signs beside each other begin a comment.
      return String(content).replace("-", " -");
    case "BOOL":
      return String(content);
    case "NULL":
      return "NULL";
    case "SS":
      return `<<${(content as string[]).map((member) => `'${member}'`).join(", ")}>>`;
    case "NS":
      return `<<${(content as string[]).join(", ")}>>`;
    case "L":
      return bracketed((content as object[]).map(literalOf), "[", "]");
    case "M":
      return bracketed(
        Object.entries(content as Record<string, object>).map(([name, member]) => {
          const written = literalOf(member);
          return written === undefined ? undefined : `'${name}': ${written}`;
        }),
        "{",
        "}",
      );
    default:
      return undefined;
  }
}

function bracketed(parts: readonly (string | undefined)[], open: string, close: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${open}${parts.join(", ")}${close}`;
}

/** Some of a statement's values are written into it, the others are its parameters. */
function statement({ text, values }: Written, inline: readonly boolean[], shown: object): object {
  let next = 0;
  const parameters: object[] = [];
  const Statement = text.replaceAll("?", () => {
    const value = values[next] ?? {};
    const literal = inline[next++ % inline.length] === true ? literalOf(value) : undefined;
    if (literal === undefined) parameters.push(value);
    return literal ?? "?";
  });
  return { Statement, ...(parameters.length > 0 && { Parameters: parameters }), ...shown };
}

const inlines = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
const onFailure = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" });

/** @param attributes of items to insert */
export function statements(attributes: fc.Arbitrary<object>): fc.Arbitrary<Command> {
  const write = fc.oneof(
    { weight: 3, arbitrary: insert(attributes) },
    { weight: 4, arbitrary: update },
    { weight: 1, arbitrary: remove },
  );
  const single = fc
    .tuple(fc.oneof({ weight: 6, arbitrary: write }, select, selectBy), inlines, onFailure)
    .map(([each, inline, shown]) => ({
      operation: "ExecuteStatement",
      actions: each.actions,
      input: statement(each, inline, shown),
    }));
  const several = (part: fc.Arbitrary<Written>) =>
    fc.uniqueArray(part, { minLength: 1, maxLength: 5, selector: ({ item }) => item });
  const batch = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: several(write) }, several(select)), inlines, onFailure)
    .map(([parts, inline, shown]) => ({
      operation: "BatchExecuteStatement",
      actions: Math.max(...parts.map(({ actions }) => actions)),
      input: { Statements: parts.map((part) => statement(part, inline, shown)) },
    }));
  return fc.oneof(single, batch);
}
