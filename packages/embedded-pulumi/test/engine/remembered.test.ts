import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";

interface Remembered {
  readonly recall: (name: string, fingerprint: string) => unknown;
  readonly remember: (name: string, fingerprint: string, result: unknown) => void;
  readonly once: (name: string, fingerprint: string, work: () => unknown) => unknown;
  readonly save: () => void;
}

const { Remembered, fingerprint } = createRequire(__filename)("../../src/engine/quicken/remembered.cjs") as {
  readonly Remembered: new (file: string) => Remembered;
  readonly fingerprint: (...parts: string[]) => string;
};

describe("what programs' processes remember", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "remembered-"));
    file = path.join(folder, "program", "remembered.bin");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const keep = (name: string, result: unknown) => {
    const remembered = new Remembered(file);
    remembered.remember(name, "as it was", result);
    remembered.save();
  };
  const recalled = (name: string, by = "as it was") => new Remembered(file).recall(name, by);

  it("is there for the next one, maps and undefined values included", () => {
    const result = ["", { captured: new Map([["name", []]]), name: undefined }];
    keep("function:1", result);
    expect(recalled("function:1")).to.deep.equal(result);
    expect(readdirSync(path.dirname(file)), "nothing is left beside it").to.deep.equal(["remembered.bin"]);
  });

  it("is nothing under another fingerprint, and the new result takes its place", () => {
    keep("code:index.ts", "old");
    expect(recalled("code:index.ts", "edited")).to.equal(undefined);
    const remembered = new Remembered(file);
    expect(remembered.once("code:index.ts", "edited", () => "new")).to.equal("new");
    remembered.save();
    expect(recalled("code:index.ts", "edited")).to.equal("new");
    expect(recalled("code:index.ts")).to.equal(undefined);
  });

  it("is a copy each time: whoever changes it changes nothing for others", () => {
    const remembered = new Remembered(file);
    remembered.remember("function:1", "", { names: ["a"] });
    (remembered.recall("function:1", "") as { names: string[] }).names.push("b");
    expect(remembered.recall("function:1", "")).to.deep.equal({ names: ["a"] });
  });

  it("is worked out again when it cannot be copied", () => {
    const remembered = new Remembered(file);
    let times = 0;
    const work = () => ({ call: () => (times += 1) });
    expect(remembered.once("odd", "", work)).to.be.an("object");
    expect(remembered.recall("odd", "")).to.equal(undefined);
  });

  it("keeps what another process has found meanwhile", () => {
    const one = new Remembered(file);
    const other = new Remembered(file);
    one.remember("a", "as it was", 1);
    other.remember("b", "as it was", 2);
    one.save();
    other.save();
    expect([recalled("a"), recalled("b")]).to.deep.equal([1, 2]);
  });

  it("forgets what no run uses any more, once there is too much", () => {
    const many = new Remembered(file);
    for (let at = 0; at < 4000; at += 1) many.remember(`code:${at}`, "as it was", at);
    many.save();
    keep("code:new", "new");
    expect([recalled("code:1"), recalled("code:new")]).to.deep.equal([undefined, "new"]);
  });

  for (const [what, spoil] of [
    ["cut off", (content: Buffer) => content.subarray(0, content.length - 3)],
    ["empty", () => Buffer.alloc(0)],
    ["of another kind", () => Buffer.from("not what was written here, but long enough to look like it")],
    [
      "changed in one bit",
      (content: Buffer) => content.map((byte, at) => (at === content.length - 2 ? byte ^ 1 : byte)),
    ],
  ] as const)
    it(`is nothing when its file is ${what}, and is written anew`, () => {
      keep("a", "right");
      writeFileSync(file, spoil(readFileSync(file)));
      expect(recalled("a")).to.equal(undefined);
      keep("a", "right");
      expect(recalled("a")).to.equal("right");
    });

  it("is nothing, and no error, where the folder cannot be written to", () => {
    writeFileSync(path.join(folder, "program"), "a file, where a folder should be");
    keep("a", "right");
    expect(recalled("a")).to.equal(undefined);
  });

  it("tells texts apart that are the same when they are joined", () => {
    expect(fingerprint("ab", "c")).not.to.equal(fingerprint("a", "bc"));
  });
});
