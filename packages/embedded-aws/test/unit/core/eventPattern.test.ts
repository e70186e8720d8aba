import { expect } from "chai";
import fc from "fast-check";
import { EventPatternError, matchesEventPattern, parseEventPattern } from "../../../src/core/eventPattern";

describe("event patterns", () => {
  const matches = (pattern: unknown, event: unknown) =>
    matchesEventPattern(parseEventPattern(pattern), event);

  const table: [string, unknown, unknown[], unknown[]][] = [
    ["a string", ["a"], ["a", ["x", "a"]], ["A", "ab", null, 5, ["x"], {}, []]],
    ["one of several values", ["a", 5, null, true], ["a", 5, null, true], ["5", false, 0]],
    ["a number, however it is written", [300], [300, 3e2], ["300", 301]],
    ["null", [null], [null], ["", "null", 0]],
    ["an empty string", [""], [""], [null, " "]],
    ["prefix", [{ prefix: "us-" }], ["us-", "us-east"], ["US-east", "a us-", 5]],
    [
      "prefix, ignoring case",
      [{ prefix: { "equals-ignore-case": "US-" } }],
      ["us-east", "Us-"],
      ["eu-", "u"],
    ],
    ["suffix", [{ suffix: ".png" }], [".png", "a.png"], ["a.PNG", "png"]],
    ["suffix, ignoring case", [{ suffix: { "equals-ignore-case": ".png" } }], ["a.PNG"], ["a.jpg"]],
    ["equals-ignore-case", [{ "equals-ignore-case": "alice" }], ["ALICE", "alice"], ["alices", 1]],
    ["wildcard", [{ wildcard: "a*b*c" }], ["abc", "aXbYc", "a*bbc"], ["ab", "xabc", "acb"]],
    ["wildcard at both ends", [{ wildcard: "*x*" }], ["x", "axb"], ["", "ab"]],
    ["wildcard with overlapping ends", [{ wildcard: "ab*ba" }], ["abba", "abcba"], ["aba"]],
    ["wildcard, escaped", [{ wildcard: "a\\*\\\\" }], ["a*\\"], ["ab\\", "a"]],
    ["anything-but one", [{ "anything-but": "a" }], ["b", 5, null, ["a", "b"]], ["a", ["a"]]],
    ["anything-but several", [{ "anything-but": ["a", "b"] }], ["c"], ["a", "b"]],
    ["anything-but numbers", [{ "anything-but": [1, 2] }], [3, "1"], [1, 2]],
    ["anything-but prefix", [{ "anything-but": { prefix: "i-" } }], ["x-1", 5], ["i-1"]],
    ["anything-but prefixes", [{ "anything-but": { prefix: ["i-", "x-"] } }], ["y-1"], ["i-1", "x-1"]],
    ["anything-but suffix", [{ "anything-but": { suffix: ".txt" } }], ["a.png"], ["a.txt"]],
    [
      "anything-but, ignoring case",
      [{ "anything-but": { "equals-ignore-case": ["a", "b"] } }],
      ["c"],
      ["A", "B"],
    ],
    ["anything-but wildcard", [{ "anything-but": { wildcard: "*/lib/*" } }], ["a/b"], ["a/lib/b"]],
    ["numeric =", [{ numeric: ["=", 5] }], [5, 5.0], ["5", 6]],
    ["numeric range", [{ numeric: [">", 0, "<=", 5] }], [0.1, 5], [0, 5.1, "3"]],
    ["numeric bound", [{ numeric: ["<", -1] }], [-2], [-1, 0]],
    ["cidr", [{ cidr: "10.0.0.0/24" }], ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "::1", "text", 5]],
    ["cidr of IPv6", [{ cidr: "2001:db8::/32" }], ["2001:db8::1"], ["2001:db9::1", "10.0.0.1"]],
    ["exists", [{ exists: true }], ["", null, 0, ["a"]], [{}, []]],
    ["does not exist", [{ exists: false }], [{ b: 1 }, []], ["", null, 0]],
    ["does not exist, or a value", [{ exists: false }, "a"], ["a", {}], ["b"]],
  ];
  for (const [what, entries, matching, others] of table) {
    it(`match ${what}`, () => {
      for (const value of matching)
        expect(matches({ field: entries }, { field: value }), JSON.stringify(value)).to.be.true;
      for (const value of others)
        expect(matches({ field: entries }, { field: value }), JSON.stringify(value)).to.be.false;
    });
  }

  it("need every field that they name, and ignore every other", () => {
    const pattern = { source: ["aws.cloudwatch"], detail: { state: { value: ["ALARM"] } } };
    const event = { source: "aws.cloudwatch", id: "1", detail: { state: { value: "ALARM" }, more: 1 } };
    expect(matches(pattern, event)).to.be.true;
    expect(matches(pattern, { ...event, detail: {} })).to.be.false;
    expect(matches(pattern, { ...event, detail: "ALARM" })).to.be.false;
    expect(matches(pattern, { detail: event.detail })).to.be.false;
  });

  it("only exists: false matches a field that is not there, however deep", () => {
    expect(matches({ a: { b: [{ exists: false }] } }, {})).to.be.true;
    expect(matches({ a: { b: [{ "anything-but": "x" }] } }, {})).to.be.false;
    expect(matches({ a: { b: [null] } }, {})).to.be.false;
  });

  it("match a list of objects when one of them matches as a whole", () => {
    const pattern = { items: { sku: ["A"], quantity: [{ numeric: [">", 1] }] } };
    expect(
      matches(pattern, {
        items: [
          { sku: "B", quantity: 1 },
          { sku: "A", quantity: 2 },
        ],
      }),
    ).to.be.true;
    expect(
      matches(pattern, {
        items: [
          { sku: "A", quantity: 1 },
          { sku: "B", quantity: 2 },
        ],
      }),
    ).to.be.false;
  });

  it("match one alternative of $or, beside the other fields", () => {
    const pattern = { source: ["s"], $or: [{ a: [1] }, { b: { c: [2] } }] };
    expect(matches(pattern, { source: "s", a: 1 })).to.be.true;
    expect(matches(pattern, { source: "s", b: { c: 2 } })).to.be.true;
    expect(matches(pattern, { source: "s", a: 2 })).to.be.false;
    expect(matches(pattern, { source: "t", a: 1 })).to.be.false;
    expect(matches({ d: { $or: [{ a: [1] }, { a: [2] }] } }, { d: { a: 2 } })).to.be.true;
  });

  it("may be JSON text", () => {
    expect(matches('{"a":["b"]}', { a: "b" })).to.be.true;
  });

  const wrong: [unknown, string][] = [
    ["{", "not JSON"],
    ["[]", "The pattern"],
    [{}, "at least one field"],
    [{ a: "b" }, "a: got"],
    [{ a: [] }, "at least one value"],
    [{ a: { b: 5 } }, "a.b: got 5"],
    [{ a: [["b"]] }, "a[0]"],
    [{ a: [{ prefix: "x", suffix: "y" }] }, "one comparison"],
    [{ a: ["ok", { regex: "x" }] }, "a[1]"],
    [{ a: [{ prefix: 5 }] }, "a[0].prefix: got 5"],
    [{ a: [{ prefix: { suffix: "x" } }] }, "a[0].prefix"],
    [{ a: [{ wildcard: "a**b" }] }, "two *"],
    [{ a: [{ wildcard: "a\\b" }] }, "\\"],
    [{ a: [{ "anything-but": [] }] }, "a[0].anything-but"],
    [{ a: [{ "anything-but": [1, "a"] }] }, "list of strings"],
    [{ a: [{ "anything-but": { cidr: "10.0.0.0/8" } }] }, "a[0].anything-but"],
    [{ a: [{ "anything-but": { prefix: ["a", 1] } }] }, "a[0].anything-but.prefix[1]"],
    [{ a: [{ numeric: [">", "5"] }] }, "a[0].numeric"],
    [{ a: [{ numeric: ["<", 5, ">", 1] }] }, "a[0].numeric"],
    [{ a: [{ numeric: [">", 5, "<", 5] }] }, "a[0].numeric"],
    [{ a: [{ numeric: ["=", 6e9] }] }, "a[0].numeric"],
    [{ a: [{ cidr: "10.0.0.0/33" }] }, "a[0].cidr"],
    [{ a: [{ cidr: "10.0.0.0" }] }, "a[0].cidr"],
    [{ a: [{ exists: "true" }] }, "a[0].exists"],
    [{ $or: [{ a: [1] }] }, "$or"],
    [{ $or: [{ a: [1] }, { b: 2 }] }, "$or[1]: b: got 2"],
  ];
  for (const [pattern, message] of wrong) {
    it(`refuse ${JSON.stringify(pattern)} and say where`, () => {
      expect(() => parseEventPattern(pattern))
        .to.throw(EventPatternError)
        .with.property("message")
        .that.includes(message);
    });
  }

  it("match a wildcard as the regular expression of the same meaning does", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    const pattern = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(text, pattern, (value, parts) => {
        const expected = new RegExp(`^${parts.join(".*")}$`).test(value);
        expect(matches({ f: [{ wildcard: parts.join("*") }] }, { f: value })).to.equal(expected);
      }),
    );
  });
});
