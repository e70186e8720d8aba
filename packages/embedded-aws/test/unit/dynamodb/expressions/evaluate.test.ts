import { expect } from "chai";
import fc from "fast-check";
import type { AttributeValue, Item } from "../../../../src/services/dynamodb/attributeValue";
import { Bindings } from "../../../../src/services/dynamodb/expressions/bind";
import { holds } from "../../../../src/services/dynamodb/expressions/evaluateCondition";
import { updated } from "../../../../src/services/dynamodb/expressions/evaluateUpdate";
import {
  parseCondition,
  parseProjection,
  parseUpdate,
} from "../../../../src/services/dynamodb/expressions/parser";
import { project } from "../../../../src/services/dynamodb/expressions/paths";
import { names, values } from "./refusals";

const N = (value: number): AttributeValue => ({ N: String(value) });
const S = (value: string): AttributeValue => ({ S: value });
const L = (...elements: AttributeValue[]): AttributeValue => ({ L: elements });

const item: Item = {
  id: S("1"),
  n: N(5),
  s: S("abc"),
  l: L(N(0), N(1), N(2), N(3), L(N(7), N(8)), { M: { x: N(1), l: L(S("q")) } }),
  m: { M: { x: N(1), y: { M: { z: S("deep") } }, l: L(N(1), S("b")) } },
  ss: { SS: ["b", "a"] },
  ns: { NS: ["2", "1"] },
  flag: { BOOL: true },
  unset: { BOOL: false },
  nil: { NULL: true },
  bin: { B: "YWJj" },
  es: S(""),
  el: L(),
  em: { M: {} },
};

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}
deepFrozen(item);

const condition = (text: string) => new Bindings(names, values).condition(parseCondition(text));
const after = (text: string, of: Item = item, given: Item = values) =>
  plain(updated(of, new Bindings(names, given).update(parseUpdate(text))));

/** With prototypes, for chai; and as if it had gone over the wire. */
function plain(value: Item): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

describe("Conditions", () => {
  const table: readonly (readonly [text: string, there: boolean, absent: boolean])[] = [
    // What is not there.
    ["n <> :n", true, true],
    ["zz <> yy", true, true],
    ["zz = yy", false, false],
    ["NOT zz < :n", true, true],
    ["size(zz) <> :n", true, true],
    ["attribute_not_exists(l[7])", true, true],
    // Documents, sets and what counts as false elsewhere.
    ["ss = :ss AND ns = :ns AND nil = :nil AND flag = :b AND es = :e AND el = :ll", true, false],
    ["unset IN (:f) AND es IN (:n, :e) AND nil IN (:nil)", true, false],
    ["contains(:l, :n) AND NOT contains(:l, :f)", true, true],
    ["contains(s, :e) AND begins_with(s, :e)", true, false],
    ["m.l IN (:l, :m) OR m = :m", false, false],
    ["m.x = l[1] AND m.x IN (l[0], l[1]) AND l[5].x = m.x", true, false],
    ["ss IN (:ss) AND NOT ss <> :ss", true, false],
    ["el = :m OR em = :ll", false, false],
    // Types that do not go together.
    ["n > s OR n < s OR n = s", false, false],
    ["begins_with(n, :s) OR contains(n, :n) OR contains(ss, :n)", false, false],
    ["begins_with(bin, :bin) AND contains(bin, :bin)", true, false],
    ["attribute_type(n, :t)", true, false],
    ["l.x = :n OR m[0] = :n OR n.x = :n", false, false],
    // Sizes.
    ["size(es) < :n AND size(el) < :n AND size(em) < :n AND size(l) > size(m)", true, false],
    ["size(n) = :n OR size(nil) < :n OR size(flag) < :n", false, false],
    ["contains(l, size(s)) AND size(s) IN (l[3], :n)", true, false],
    // Precedence.
    ["n <> :n OR n = :n AND n = :two", true, true],
    ["(n <> :n OR n = :n) AND n = :two", false, false],
    ["NOT n = :n AND n = :two", false, false],
    ["NOT (n = :n AND n = :two)", true, true],
    ["NOT n = :n OR n = :two", true, true],
    ["n BETWEEN :n AND :two OR l[1] BETWEEN :n AND :two AND n = :two", false, false],
  ];
  for (const [text, there, absent] of table) {
    it(`${text}: ${String(there)}, and ${String(absent)} where there is no item`, () => {
      expect(holds(condition(text), item)).to.equal(there);
      expect(holds(condition(text), {})).to.equal(absent);
    });
  }

  it("order strings by their bytes in UTF-8", () => {
    const above = new Bindings({}, { ":v": S("\uffff") }).condition(parseCondition("s > :v"));
    expect(holds(above, { s: S("\u{1f600}") })).to.equal(true);
  });

  it("see no inherited attributes", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      const exists = new Bindings({ "#p": name }, {}).condition(
        parseCondition("attribute_exists(#p) OR attribute_exists(m.#p)"),
      );
      expect(holds(exists, item), name).to.equal(false);
    }
  });
});

describe("Updates", () => {
  const table: readonly (readonly [
    text: string,
    changes: Readonly<Record<string, AttributeValue | undefined>>,
  ])[] = [
    ["REMOVE m.l[0], m.l[1]", { m: { M: { x: N(1), y: { M: { z: S("deep") } }, l: L() } } }],
    ["REMOVE l[0], l[2], l[5]", { l: L(N(1), N(3), L(N(7), N(8))) }],
    ["REMOVE l[5], l[4], l[2], l[0]", { l: L(N(1), N(3)) }],
    ["REMOVE l[0], l[99]", { l: L(N(1), N(2), N(3), L(N(7), N(8)), { M: { x: N(1), l: L(S("q")) } }) }],
    ["REMOVE l[5].x, l[4][0], l[0], l[1], l[2], l[3]", { l: L(L(N(8)), { M: { l: L(S("q")) } }) }],
    ["SET keep = n ADD n :n", { keep: N(5), n: N(6) }],
    ["SET n2 = n + :n, n = n - :two", { n2: N(6), n: N(3) }],
    ["SET m.l = m.x, m.x = m.l", { m: { M: { x: L(N(1), S("b")), y: { M: { z: S("deep") } }, l: N(1) } } }],
    ["SET keep = em, em.x = :s", { keep: { M: {} }, em: { M: { x: S("a") } } }],
    ["SET el[5] = :s, el[3] = :n REMOVE zz", { el: L(N(1), S("a")) }],
    [
      "SET m.l[9] = :n, m.l[1] = :two REMOVE m.l[0]",
      { m: { M: { x: N(1), y: { M: { z: S("deep") } }, l: L(N(2), N(1)) } } },
    ],
    ["SET el = list_append(if_not_exists(zz, if_not_exists(yy, :ll)), (:l))", { el: L(N(1), N(2)) }],
    ["SET l[4][9] = (l[4][0] + :n) REMOVE l[0], l[1], l[2], l[3], l[5]", { l: L(L(N(7), N(8), N(8))) }],
    ["DELETE ss :ss, zz :ss ADD ns :ns", { ss: undefined }],
    [
      "ADD m.q :n, el[3] :n",
      { m: { M: { x: N(1), y: { M: { z: S("deep") } }, l: L(N(1), S("b")), q: N(1) } }, el: L(N(1)) },
    ],
  ];
  for (const [text, changes] of table) {
    it(text, () => {
      const wanted: Record<string, unknown> = { ...item };
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) Reflect.deleteProperty(wanted, name);
        else wanted[name] = value;
      }
      expect(after(text)).to.deep.equal(plain(wanted as Item));
    });
  }

  it("append within an element of a list", () => {
    expect(after("SET l[5].l = list_append(l[5].l, :l)").l).to.have.nested.property("L[5].M.l.L.length", 3);
  });

  const refused: readonly (readonly [text: string, reason: string])[] = [
    ["SET a = zz", "The provided expression refers to an attribute that does not exist in the item"],
    [
      "SET n = if_not_exists(n, zz)",
      "The provided expression refers to an attribute that does not exist in the item",
    ],
    ["SET a = s + :n", "An operand in the update expression has an incorrect data type"],
    ["SET a = list_append(n, :l)", "An operand in the update expression has an incorrect data type"],
    ["ADD s :n", "An operand in the update expression has an incorrect data type"],
    ["DELETE n :ss", "An operand in the update expression has an incorrect data type"],
    ["SET m.x.y = :n", "The document path provided in the update expression is invalid for update"],
    ["SET zz[0] = :n", "The document path provided in the update expression is invalid for update"],
    ["REMOVE m[0]", "The document path provided in the update expression is invalid for update"],
    ["SET l.x = zz", "The document path provided in the update expression is invalid for update"],
  ];
  for (const [text, reason] of refused) {
    it(`are refused: ${text}`, () => {
      expect(() => after(text)).to.throw(reason);
    });
  }

  it("remove from lists what stood at the positions before, whichever way they are written", () => {
    const places = fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(places, fc.nat({ max: 10 }), (positions, length) => {
        const elements = Array.from({ length }, (_, position) => N(position));
        const text = `REMOVE ${positions.map((position) => `l[${position}]`).join(", ")}`;
        const left = elements.filter((_, position) => !positions.includes(position));
        expect(after(text, { l: L(...elements) }).l).to.deep.equal(L(...left));
      }),
    );
  });

  it("read the item as it was, and so copy to and fro", () => {
    const copies = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 });
    fc.assert(
      fc.property(
        copies,
        fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 4, maxLength: 4 }),
        (to, from) => {
          const before: Item = { a: N(1), b: S("x"), c: L(N(1)), d: { M: { q: N(1) } } };
          const text = `SET ${to.map((name, index) => `${name} = ${from[index] ?? "a"}`).join(", ")}`;
          const wanted: Record<string, unknown> = { ...before };
          for (const [index, name] of to.entries()) wanted[name] = before[from[index] ?? "a"];
          expect(after(text, deepFrozen(before))).to.deep.equal(wanted);
        },
      ),
    );
  });
});

describe("Projections", () => {
  const table: readonly (readonly [text: string, shown: Item])[] = [
    ["l[2], l[0], l[99], zz, m.zz", { l: L(N(0), N(2)) }],
    ["l[4][1], l[5].l[0]", { l: L(L(N(8)), { M: { l: L(S("q")) } }) }],
    ["m.y.z, m.l[1]", { m: { M: { y: { M: { z: S("deep") } }, l: L(S("b")) } } }],
    ["l[0].x, m[0], n.x", {}],
  ];
  for (const [text, shown] of table) {
    it(text, () => {
      const paths = new Bindings(names, values).projection(parseProjection(text));
      expect(plain(project(item, paths))).to.deep.equal(shown);
    });
  }
});
