import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { strFromU8, unzipSync, zipSync } from "fflate";
import { ResourceFailure } from "../../src/engine/provider";
import { Archive, Asset } from "../../src/engine/values";
import { packageArchive } from "../../src/provider/package";

describe("a function's package", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "package-"));
    mkdirSync(path.join(directory, "lib", "deep"), { recursive: true });
    writeFileSync(path.join(directory, "lib", "a.js"), "a");
    writeFileSync(path.join(directory, "lib", "deep", "b.js"), "b");
    writeFileSync(path.join(directory, "one.js"), "one");
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const unpack = async (archive: Archive) =>
    Object.fromEntries(
      Object.entries(unzipSync(await packageArchive(archive, directory))).map(([name, content]) => [
        name,
        strFromU8(content),
      ]),
    );

  it("holds text, files and folders at their places", async () => {
    const archive = new Archive({
      assets: {
        "__index.js": new Asset({ text: "exports.handler = 1;" }),
        "./bundle/one.js": new Asset({ path: "one.js" }),
        vendor: new Archive({ path: "lib" }),
        nested: new Archive({ assets: { "x.txt": new Asset({ text: "ä" }) } }),
      },
    });
    expect(await unpack(archive)).to.deep.equal({
      "__index.js": "exports.handler = 1;",
      "bundle/one.js": "one",
      "vendor/a.js": "a",
      "vendor/deep/b.js": "b",
      "nested/x.txt": "ä",
    });
  });

  it("takes a zip file as an archive", async () => {
    writeFileSync(path.join(directory, "ready.zip"), zipSync({ "in.js": Buffer.from("in") }));
    expect(await unpack(new Archive({ path: "ready.zip" }))).to.deep.equal({ "in.js": "in" });
  });

  it("names what it is made of, where that does not exist or is no archive", async () => {
    const nested = new Archive({ assets: { "index.js": new Asset({ path: "lib/index.js" }) } });
    for (const [archive, reason] of [
      [
        new Archive({ path: "bin" }),
        `${path.join(directory, "bin")}, which does not exist; if it is built, build it first`,
      ],
      [
        new Archive({ path: "one.js" }),
        `${path.join(directory, "one.js")}, which is no zip archive: invalid zip data`,
      ],
      [nested, `${path.join(directory, "lib", "index.js")}, which does not exist`],
    ] as const) {
      const error: unknown = await packageArchive(archive, directory).catch((failure: unknown) => failure);
      expect(error).to.be.instanceOf(ResourceFailure);
      expect((error as Error).message).to.include(`the package is made of ${reason}`);
    }
  });

  it("has the same bytes for the same files, whatever their times and order", async () => {
    const digest = async (names: readonly string[], time: number) => {
      utimesSync(path.join(directory, "one.js"), time, time);
      const parts = names.map((name): [string, Asset] => [
        name,
        name === "one.js" ? new Asset({ path: "one.js" }) : new Asset({ text: `text of ${name}` }),
      ]);
      const zip = await packageArchive(new Archive({ assets: Object.fromEntries(parts) }), directory);
      return createHash("sha256").update(zip).digest("hex");
    };
    const names = ["one.js", "b", "c", "a/d"];
    const expected = await digest(names, 1_000_000);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(names, { minLength: names.length }),
        fc.integer({ min: 1, max: 2_000_000_000 }),
        async (order, time) => {
          expect(await digest(order, time)).to.equal(expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("refuses a path that leaves the package", async () => {
    for (const name of ["../x", "/etc/x", "a/../../x"]) {
      const archive = new Archive({ assets: { [name]: new Asset({ text: "" }) } });
      const outcome = await packageArchive(archive, directory).catch((error: unknown) => error);
      expect(outcome)
        .to.be.instanceOf(Error)
        .with.property("message")
        .that.includes("a path inside the package");
    }
  });

  it("fetches nothing", async () => {
    const outcome = await packageArchive(new Archive({ uri: "https://example.com/x.zip" }), directory).catch(
      (error: unknown) => error,
    );
    expect(outcome)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.includes("fetches nothing from the network");
  });

  describe("kept from one start to the next", () => {
    const content = (text: string) =>
      new Archive({ assets: { "index.js": new Asset({ text }), "one.js": new Asset({ path: "one.js" }) } });
    const kept = () => path.join(directory, "cache", "packages");
    const files = () => readdirSync(kept()).map((name) => path.join(kept(), name));
    const packed = async (archive = content("x")) =>
      Buffer.from(await packageArchive(archive, directory, kept())).toString("hex");
    const fresh = async (archive = content("x")) =>
      Buffer.from(await packageArchive(archive, directory)).toString("hex");

    it("has the bytes of one that is made anew, and is made once", async () => {
      expect(await packed()).to.equal(await fresh());
      const [file = ""] = files();
      const { ino } = statSync(file);
      expect(await packed()).to.equal(await fresh());
      expect([files().length, statSync(file).ino]).to.deep.equal([1, ino]);
    });

    it("is another when a text or a file is another, be its size and time the same", async () => {
      const before = await packed();
      const { atime, mtime } = statSync(path.join(directory, "one.js"));
      writeFileSync(path.join(directory, "one.js"), "two");
      utimesSync(path.join(directory, "one.js"), atime, mtime);
      expect(await packed())
        .to.equal(await fresh())
        .and.not.to.equal(before);
      expect(await packed(content("y"))).to.equal(await fresh(content("y")));
    });

    it("is made anew when what lies there is damaged", async () => {
      await packed();
      const [file = ""] = files();
      for (const damaged of ["", "cut", readFileSync(file).subarray(0, -1)]) {
        writeFileSync(file, damaged);
        expect(await packed()).to.equal(await fresh());
      }
    });

    it("is made all the same where nothing can be written", async () => {
      writeFileSync(path.join(directory, "cache"), "a file, where a folder should be");
      expect(await packed()).to.equal(await fresh());
    });

    it("gives way once there are many", async () => {
      for (let at = 0; at < 70; at += 1) await packed(content(`version ${at}`));
      expect(files()).to.have.length(64);
    });
  });
});
