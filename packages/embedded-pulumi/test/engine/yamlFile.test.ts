import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { ProjectError } from "../../src/engine/projectError";
import { readYamlFile } from "../../src/engine/yamlFile";

describe("a YAML file", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), "yaml-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  const read = (content: string | Uint8Array) => {
    const file = path.join(directory, "Pulumi.dev.yaml");
    writeFileSync(file, content);
    return readYamlFile(file);
  };

  it("is read as plain data", () => {
    expect(read("a: 1\nb: [x, true, null, 1.5]\nc: {d: '012', e: \"yes\"}").content).to.deep.equal({
      a: 1,
      b: ["x", true, null, 1.5],
      c: { d: "012", e: "yes" },
    });
  });

  it("may be empty, and begin with the byte-order mark of UTF-8", () => {
    expect(read("").content).to.equal(undefined);
    expect(read("# a comment\n").content).to.equal(undefined);
    expect(read("\ufeffa: 1").content).to.deep.equal({ a: 1 });
  });

  it("may use anchors, aliases and merge keys", () => {
    const text = "base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\nagain: *base";
    expect(read(text).content).to.deep.equal({
      base: { a: 1, b: 2 },
      more: { a: 1, b: 3 },
      again: { a: 1, b: 2 },
    });
  });

  it("knows where each part stands", () => {
    const file = read("config:\n  a: 1\n  b:\n    - x\n    - {y: 2}\n");
    expect(file.at([])).to.equal("Pulumi.dev.yaml:1:1");
    expect(file.at(["config", "a"])).to.equal("Pulumi.dev.yaml:2:3");
    expect(file.at(["config", "b", 1])).to.equal("Pulumi.dev.yaml:5:7");
    expect(file.at(["config", "b", 1, "y"])).to.equal("Pulumi.dev.yaml:5:8");
    expect(file.at(["config", "missing", "deeper"])).to.equal("Pulumi.dev.yaml:1:1");
  });

  const laughs = ["a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]"];
  for (let level = 1; level < 9; level++) {
    const [name, before] = ["abcdefghi"[level], "abcdefghi"[level - 1]];
    laughs.push(`${name}: &${name} [${Array<string>(9).fill(`*${before}`).join(", ")}]`);
  }
  const bad: readonly (readonly [what: string, content: string | Uint8Array, message: string | RegExp])[] = [
    [
      "an alias that contains itself",
      "config: &a\n  x: *a\n",
      /Pulumi\.dev\.yaml:2:6: the alias \*a contains itself/,
    ],
    ["a list that contains itself", "a: &a [1, [*a]]", /:1:12: the alias \*a contains itself/],
    ["a billion laughs", laughs.join("\n"), "repeats its anchors more than 100 times"],
    ["an alias without an anchor", "a: *nowhere", /Pulumi\.dev\.yaml.*nowhere/],
    ["a key twice", "config:\n  a: 1\n  a: 2\n", /Pulumi\.dev\.yaml:3:3: .*unique/],
    ["a tab for indentation", "config:\n\ta: 1\n", /Pulumi\.dev\.yaml:2:1: .*tab/i],
    ["two documents", "a: 1\n---\nb: 2\n", /Pulumi\.dev\.yaml:2:1: .*multiple documents/i],
    ["a tag that nobody knows", "a: !secret x", /Pulumi\.dev\.yaml:1:4: .*!secret/],
    ["no end", "a: [1, 2", /Pulumi\.dev\.yaml:1:9/],
    ["UTF-16", Buffer.from("\ufeffa: 1", "utf16le"), "Pulumi.dev.yaml:1:1: the file is UTF-16"],
    ["big-endian UTF-16", Buffer.from("\ufeffa: 1", "utf16le").swap16(), "the file is UTF-16"],
    ["Latin-1", Buffer.from("a: José", "latin1"), "the file is not UTF-8 text"],
    ["a hundred thousand brackets", `a: ${"[".repeat(100_000)}`, "is nested deeper than 100 levels"],
    ["a hundred thousand lists in one", `a:\n  ${"- ".repeat(100_000)}`, "is nested deeper than 100 levels"],
    ["more than a megabyte", `a: ${"x".repeat(1024 * 1024)}`, "expected at most 1048576"],
    ["a boolean of YAML 1.1", "a: 1\nb: yes", /:2:4: yes is a boolean to some.*or quote it: "yes"/],
    ["another boolean of YAML 1.1", "a: [Off]", /:1:5: Off is a boolean/],
    ["a date", "a: 2024-01-01", /:1:4: 2024-01-01 is a date/],
    ["a time", "a: 2024-01-01T10:00:00Z", /is a date/],
    ["an octal number", "account: 012345678901", /:1:10: 012345678901 is an octal number/],
    ["a number in sixties", "a: 12:30", /12:30 is a number to some/],
    ["a number with a gap", "a: 1_000", /1_000 is a number to some/],
    ["a number with too many digits", "a: 12345678901234567890", /too large a number/],
    ["infinity", "a: .inf", /no number that configuration can hold/],
  ];
  for (const [what, content, message] of bad) {
    it(`with ${what} is an error that says so, and where`, () => {
      expect(() => read(content)).to.throw(ProjectError, message);
    });
  }

  it("tells of everything that is wrong, a line each", () => {
    expect(() => read("a: yes\nb: 2024-01-01\n")).to.throw(
      ProjectError,
      /^Pulumi\.dev\.yaml is not valid YAML:\n {2}Pulumi\.dev\.yaml:1:4: .*\n {2}Pulumi\.dev\.yaml:2:4: [^\n]*$/,
    );
  });

  it("that is a folder cannot be read", () => {
    expect(() => readYamlFile(directory)).to.throw(ProjectError, /cannot be read/);
  });
});
