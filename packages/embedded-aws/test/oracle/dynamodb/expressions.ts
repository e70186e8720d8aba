import fc from "fast-check";
import { binary, list, map, N, number, numbers, S, tags, text, value } from "./values";

/** Random conditions, updates and projections of the attributes in `items.ts`. */

/** A part of an expression. Every mark in its text stands for the next of its values. */
export interface Fragment {
  readonly text: string;
  readonly values: readonly object[];
}

const MARK = "?";

export interface Placed {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, object>>;
}

/** Fragments with placeholders of their own in the places of the marks: two of one request share none. */
export function placed(fragments: readonly Fragment[]): readonly Placed[] {
  let count = 0;
  return fragments.map(({ text, values }) => {
    let next = 0;
    const own: Record<string, object> = {};
    const written = text.replaceAll(MARK, () => {
      const name = `:v${count++}`;
      own[name] = values[next++] ?? {};
      return name;
    });
    const names = Object.fromEntries(
      Object.entries(ALIASES).filter(([alias]) => new RegExp(`${alias}\\b`).test(written)),
    );
    return { text: written, names, values: own };
  });
}

const ALIASES: Readonly<Record<string, string>> = { "#n": "n", "#s": "s", "#m": "m", "#l": "l", "#a": "a" };

function fragment(text: string, ...values: readonly object[]): Fragment {
  return { text, values };
}

function joined(parts: readonly Fragment[], between: string): Fragment {
  return {
    text: parts.map(({ text }) => text).join(between),
    values: parts.flatMap(({ values }) => values),
  };
}

function around(before: string, part: Fragment, after: string): Fragment {
  return { text: before + part.text + after, values: part.values };
}

const top = ["n", "s", "tags", "ns", "flag", "l", "m", "v", "w", "zz", "#n", "#s", "#m", "#l"];
const inner = [
  "l[0]",
  "l[1]",
  "l[2]",
  "l[4]",
  "l[9]",
  "l[0][0]",
  "l[1].x",
  "#l[3].#a",
  "m.x",
  "m.a",
  "m.#a.x",
  "m.a[0]",
  "m.l[0]",
  "m.l[1]",
  "m.l",
  "v.a",
  "v[0]",
  "v.x.a",
  "n.x",
  "zz.x",
  "m[0]",
  "l.x",
];
const path = fc.oneof(fc.constantFrom(...top), fc.constantFrom(...inner));
const pathFragment = path.map((written) => fragment(written));
const given = value.map((each) => fragment(MARK, each));
const ordered = fc.oneof(number, text, binary).map((each) => fragment(MARK, each));
const size = path.map((written) => fragment(`size(${written})`));

const inParentheses = (part: fc.Arbitrary<Fragment>) =>
  fc
    .tuple(part, fc.integer({ min: 0, max: 9 }))
    .map(([each, chance]) => (chance === 0 ? around("(", each, ")") : each));

const operand = inParentheses(
  fc.oneof(
    { weight: 5, arbitrary: pathFragment },
    { weight: 5, arbitrary: given },
    { weight: 1, arbitrary: size },
  ),
);
/** Mostly of types that have an order. */
const comparable = inParentheses(
  fc.oneof(
    { weight: 6, arbitrary: pathFragment },
    { weight: 6, arbitrary: ordered },
    { weight: 2, arbitrary: size },
    { weight: 1, arbitrary: given },
  ),
);

/** What holds or fails for about half of the items, with its operands' types right. */
const usual: fc.Arbitrary<Fragment> = fc.oneof(
  fc.constantFrom(
    fragment("attribute_exists(id)"),
    fragment("attribute_not_exists(id)"),
    fragment("attribute_exists(m.x) AND NOT attribute_exists(s)"),
    fragment(`attribute_type(n, ${MARK})`, S("N")),
    fragment(`begins_with(s, ${MARK}) AND size(s) > ${MARK}`, S("a"), N(1)),
  ),
  number.map((m) => fragment(`n >= ${MARK}`, m)),
  number.map((m) => fragment(`n <> ${MARK} OR m.x < ${MARK}`, m, m)),
  fc.constantFrom("red", "green").map((tag) => fragment(`contains(tags, ${MARK})`, S(tag))),
  fc.constant(fragment(`n BETWEEN ${MARK} AND ${MARK}`, N(0), N(3))),
  value.map((each) => fragment(`v = ${MARK}`, each)),
  fc.tuple(value, value).map(([a, b]) => fragment(`v IN (${MARK}, ${MARK}, m.a)`, a, b)),
  value.map((each) => fragment(`contains(l, ${MARK})`, each)),
);

const typeNames = fc.constantFrom("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M");

const leaf: fc.Arbitrary<Fragment> = fc.oneof(
  { weight: 4, arbitrary: usual },
  {
    weight: 2,
    arbitrary: fc
      .tuple(operand, fc.constantFrom(" = ", " <> ", "="), operand)
      .map(([a, comparator, b]) => joined([a, b], comparator)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(comparable, fc.constantFrom(" < ", " <= ", " > ", ">="), comparable)
      .map(([a, comparator, b]) => joined([a, b], comparator)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(comparable, comparable, comparable)
      .map(([a, low, high]) => joined([joined([a, low], " BETWEEN "), high], " AND ")),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(operand, fc.array(operand, { minLength: 1, maxLength: 3 }))
      .map(([a, choices]) => joined([a, around("(", joined(choices, ", "), ")")], " IN ")),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(operand, operand).map(([a, b]) => around("contains(", joined([a, b], ", "), ")")),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        pathFragment,
        fc.oneof(
          text.map((each) => fragment(MARK, each)),
          comparable,
        ),
      )
      .map(([a, b]) => around("begins_with(", joined([a, b], ", "), ")")),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(pathFragment, typeNames)
      .map(([a, type]) => around("attribute_type(", joined([a, fragment(MARK, S(type))], ", "), ")")),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("attribute_exists(", "attribute_not_exists("), pathFragment)
      .map(([name, a]) => around(name, a, ")")),
  },
);

export const condition: fc.Arbitrary<Fragment> = fc.letrec<{ tree: Fragment }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthIdentifier: "condition" },
    { weight: 4, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie("tree"), fc.constantFrom(" AND ", " OR ", " and "), tie("tree"))
        .map(([a, operator, b]) => joined([a, b], operator)),
    },
    { weight: 1, arbitrary: tie("tree").map((tree) => around("NOT ", tree, "")) },
    { weight: 1, arbitrary: tie("tree").map((tree) => around("(", tree, ")")) },
  ),
})).tree;

const fallback: fc.Arbitrary<Fragment> = fc
  .tuple(path, fc.oneof({ weight: 3, arbitrary: given }, { weight: 1, arbitrary: pathFragment }))
  .map(([written, otherwise]) => around(`if_not_exists(${written}, `, otherwise, ")"));

const numeric = inParentheses(
  fc.oneof(
    { weight: 4, arbitrary: number.map((each) => fragment(MARK, each)) },
    { weight: 4, arbitrary: fc.constantFrom("n", "m.x", "l[0]", "l[1]", "#n").map((each) => fragment(each)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(path, number)
        .map(([written, each]) => fragment(`if_not_exists(${written}, ${MARK})`, each)),
    },
    { weight: 1, arbitrary: operand },
  ),
);
const appended = inParentheses(
  fc.oneof(
    { weight: 4, arbitrary: list.map((each) => fragment(MARK, each)) },
    { weight: 4, arbitrary: fc.constantFrom("l", "m.l", "#l").map((each) => fragment(each)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(path, list)
        .map(([written, each]) => fragment(`if_not_exists(${written}, ${MARK})`, each)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(path, fallback)
        .map(([written, each]) => around(`if_not_exists(${written}, `, each, ")")),
    },
  ),
);

const assigned: fc.Arbitrary<Fragment> = inParentheses(
  fc.oneof(
    { weight: 3, arbitrary: given },
    { weight: 3, arbitrary: pathFragment },
    {
      weight: 3,
      arbitrary: fc
        .tuple(numeric, fc.constantFrom(" + ", " - ", "-"), numeric)
        .map(([a, operator, b]) => joined([a, b], operator)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(appended, appended)
        .map(([a, b]) => around("list_append(", joined([a, b], ", "), ")")),
    },
    { weight: 1, arbitrary: fallback },
  ),
);

/** A list of actions for each section; none where it is empty. */
interface Sections {
  readonly SET: readonly Fragment[];
  readonly REMOVE: readonly Fragment[];
  readonly ADD: readonly Fragment[];
  readonly DELETE: readonly Fragment[];
}

const few = { maxLength: 2 };

const sections: fc.Arbitrary<Sections> = fc.record({
  SET: fc.array(
    fc.tuple(path, assigned).map(([written, each]) => around(`${written} = `, each, "")),
    few,
  ),
  REMOVE: fc.array(pathFragment, few),
  ADD: fc.array(
    fc.oneof(
      fc
        .tuple(path, fc.oneof(number, tags, numbers))
        .map(([written, each]) => fragment(`${written} ${MARK}`, each)),
      number.map((each) => fragment(`n ${MARK}`, each)),
      tags.map((each) => fragment(`tags ${MARK}`, each)),
    ),
    { maxLength: 1 },
  ),
  DELETE: fc.array(
    fc
      .tuple(fc.oneof(path, fc.constantFrom("tags", "ns")), fc.oneof(tags, numbers))
      .map(([written, each]) => fragment(`${written} ${MARK}`, each)),
    { maxLength: 1 },
  ),
});

/** How many parts of an update may be faulty at once: it depends on the side which of them it names. */
export interface UpdateFragment extends Fragment {
  readonly actions: number;
}

const several: fc.Arbitrary<UpdateFragment> = sections
  .filter((each) => Object.values(each).some((actions: readonly Fragment[]) => actions.length > 0))
  .map((each) => {
    const written = (["SET", "REMOVE", "ADD", "DELETE"] as const).filter((name) => each[name].length > 0);
    const parts = written.map((name) => around(`${name} `, joined(each[name], ", "), ""));
    const actions = written.reduce((sum, name) => sum + each[name].length, 0);
    return { ...joined(parts, " "), actions };
  });

const single: fc.Arbitrary<UpdateFragment> = fc
  .oneof(
    { weight: 4, arbitrary: fc.tuple(path, assigned).map(([at, each]) => around(`SET ${at} = `, each, "")) },
    { weight: 1, arbitrary: path.map((at) => fragment(`REMOVE ${at}`)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(path, fc.oneof(number, tags, numbers, value))
        .map(([at, each]) => fragment(`ADD ${at} ${MARK}`, each)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(path, fc.oneof(tags, numbers, value))
        .map(([at, each]) => fragment(`DELETE ${at} ${MARK}`, each)),
    },
  )
  // A function within another is looked at before or after the operand beside it.
  .map((each) => ({ ...each, actions: each.text.includes("if_not_exists(") ? 2 : 1 }));

/** Elements of one list, which move when others go. */
const ofOneList: fc.Arbitrary<UpdateFragment> = fc
  .uniqueArray(fc.nat({ max: 6 }), { minLength: 2, maxLength: 4 })
  .map((positions) => ({
    ...fragment(`REMOVE ${positions.map((position) => `l[${position}]`).join(", ")}`),
    actions: positions.length,
  }));

/** Updates that no item makes invalid; DynamoDB Local does not always cancel a transaction for those that are. */
export const safeUpdate: fc.Arbitrary<UpdateFragment> = fc
  .oneof(
    number.map((each) => fragment(`SET n = ${MARK}`, each)),
    value.map((each) => fragment(`SET v = ${MARK}, w = if_not_exists(v, ${MARK})`, each, each)),
    number.map((each) => fragment(`SET n = if_not_exists(never, ${MARK}) - ${MARK}`, N(0), each)),
    fc.constant(fragment("REMOVE s, flag")),
    text.map((each) => fragment(`SET s = ${MARK} REMOVE n`, each)),
    list.map((each) =>
      fragment(`SET l = list_append(if_not_exists(never, ${MARK}), ${MARK})`, { L: [] }, each),
    ),
    map.map((each) => fragment(`SET m = ${MARK} REMOVE l`, each)),
  )
  .map((each) => ({ ...each, actions: 2 }));

export const update: fc.Arbitrary<UpdateFragment> = fc.oneof(
  { weight: 3, arbitrary: safeUpdate },
  { weight: 4, arbitrary: single },
  { weight: 3, arbitrary: several },
  { weight: 1, arbitrary: ofOneList },
);

export const projection: fc.Arbitrary<Fragment> = fc
  .uniqueArray(path, { minLength: 1, maxLength: 4 })
  .map((paths) => fragment(paths.join(", ")));
