import type { Random } from "../../src/core/random";

export function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random.next() * choices.length)];
  if (choice === undefined) throw new RangeError("choices: got none; expected at least one");
  return choice;
}

/** Names that objects, protocols or parsers may take for something else. */
const hostileNames = [
  ...Object.getOwnPropertyNames(Object.prototype),
  "prototype",
  "",
  " ",
  "\0",
  "a.b",
  "$or",
  "$",
  "Key",
  "L",
  "M",
  "\ud800",
  "#",
  ":v",
  "é".repeat(300),
];

const patterns = [
  "*",
  "?",
  "a*",
  "${",
  "%",
  "(",
  "((",
  "NOT ",
  "NOT (",
  "a.",
  "[0]",
  "{",
  "[",
  '{"a":',
  "<",
  '"',
  "\\",
  "0",
  "1e",
  "=",
  ",",
  " ",
  "\r\n",
  "\u0000",
  "\ud800",
  "😀",
  "]]>",
  "&",
  "../",
  "size(",
];

/** A text, number, or value of another kind than anybody expects. */
function hostileValue(random: Random): unknown {
  const repeated = () => pick(random, patterns).repeat(pick(random, [1, 2, 20, 300, 5_000, 100_000]));
  switch (Math.floor(random.next() * 10)) {
    case 0:
      return pick(random, [null, true, false, {}, [], [[]], [null], { a: null }]);
    case 1:
      return pick(random, [0, -0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e21, Number.MIN_VALUE]);
    case 2:
      return pick(random, [
        "9".repeat(400),
        "1e999999999",
        "-0",
        "NaN",
        "Infinity",
        "0x10",
        "-1",
        "1e400",
        "00000001",
      ]);
    case 3:
      return `x${repeated()}y`;
    case 4:
      return Object.fromEntries([[pick(random, hostileNames), pick(random, [1, "a", { S: "x" }, {}])]]);
    case 5:
      return nested(pick(random, [5, 40, 200, 990, 1100]), random.next() < 0.5);
    case 6:
      return Array.from({ length: pick(random, [2, 30, 101, 5_000]) }, (_, n) => `item-${n}`);
    case 7:
      return JSON.stringify(nested(pick(random, [40, 990, 1100]), true));
    case 8:
      return pick(random, hostileNames);
    default:
      return repeated();
  }
}

function nested(levels: number, inObjects: boolean): unknown {
  let value: unknown = "x";
  for (let level = 0; level < levels; level++) value = inObjects ? { M: value, a: level } : [value];
  return value;
}

/** `value` with something in it broken: replaced, renamed, added, doubled or gone. */
export function broken(random: Random, value: unknown): unknown {
  if (random.next() < 0.1 || typeof value !== "object" || value === null) {
    if (typeof value !== "string" || random.next() < 0.5) return hostileValue(random);
    const at = Math.floor(random.next() * (value.length + 1));
    const text = pick(random, patterns).repeat(pick(random, [1, 3, 300, 20_000]));
    return value.slice(0, at) + text + value.slice(random.next() < 0.5 ? at : value.length);
  }
  if (Array.isArray(value)) {
    const items = [...(value as unknown[])];
    if (items.length === 0 || random.next() < 0.1) return [...items, hostileValue(random)];
    const at = Math.floor(random.next() * items.length);
    if (random.next() < 0.1) return Array.from({ length: pick(random, [2, 26, 101, 1000]) }, () => items[at]);
    items[at] = broken(random, items[at]);
    return items;
  }
  const entries: [string, unknown][] = Object.entries(value);
  const chosen = Math.floor(random.next() * entries.length);
  const [name, member] = entries[chosen] ?? ["", undefined];
  const kind = random.next();
  if (entries.length === 0 || kind < 0.1) entries.push([pick(random, hostileNames), hostileValue(random)]);
  else if (kind < 0.15) entries.splice(chosen, 1);
  else if (kind < 0.25) entries[chosen] = [pick(random, hostileNames), member];
  else entries[chosen] = [name, broken(random, member)];
  return Object.fromEntries(entries);
}
