import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { AwsError } from "../../../src/core/errors";
import { unpackArchive } from "../../../src/services/lambda/archive";
import { makeZip, type MadeArchive, type MadeEntry } from "./makeZip";
import { runs } from "../../support/runs";

const AWS_WORDS = "Could not unzip uploaded file. Please check your file, then try to upload again.";
const [LINK, DEVICE, PIPE, SOCKET] = [0o120777, 0o060600, 0o010600, 0o140600];

describe("a function's archive", () => {
  let home: string;
  let directory: string;

  beforeEach(() => {
    home = mkdtempSync(path.join(realpathSync(tmpdir()), "archives-"));
    directory = path.join(home, "functions", "one");
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Every path below `home`. */
  const everything = () => readdirSync(home, { recursive: true, encoding: "utf8" }).sort();
  const refused = async (archive: Uint8Array): Promise<AwsError> => {
    const error: unknown = await unpackArchive(archive, directory).then(
      () => expect.fail("it was unpacked"),
      (reason: unknown) => reason,
    );
    if (!(error instanceof AwsError)) throw error;
    expect(everything(), "something is left").to.deep.equal(["functions"]);
    return error;
  };

  it("is unpacked with its folders, for its owner alone", async () => {
    const archive = makeZip([
      { name: "./index.js", content: "exports.handler = 1;" },
      { name: "lib/" },
      { name: "lib//deep/a.txt", content: "a".repeat(1_000_000), mode: 0o100644 },
      { name: "bin/run", content: "#!", stored: true, mode: 0o104777 },
      { name: "lib/" },
      { name: "empty", content: "" },
      { name: "ümläut €", content: "x", zip64: true },
    ]);
    const code = await unpackArchive(archive, directory);
    expect(code).to.include({ directory, size: archive.length });
    expect(readFileSync(path.join(directory, "lib/deep/a.txt"), "utf8")).to.have.length(1_000_000);
    expect(readFileSync(path.join(directory, "ümläut €"), "utf8")).to.equal("x");
    if (process.platform === "win32") return;
    const mode = (name: string) => (statSync(path.join(directory, name)).mode & 0o7777).toString(8);
    expect(["", "lib", "lib/deep"].map(mode)).to.deep.equal(["700", "700", "700"]);
    expect(["index.js", "lib/deep/a.txt", "bin/run", "empty"].map(mode)).to.deep.equal([
      "600",
      "600",
      "700",
      "600",
    ]);
  });

  const odd: readonly [string, readonly MadeEntry[], MadeArchive?][] = [
    ["a comment", [{ name: "a" }], { comment: "PK\u0005\u0006 is not the end" }],
    ["zip64's directory", [{ name: "a", zip64: true }], { zip64: true }],
    ["a name of an older code page", [{ name: Buffer.from([0x61, 0x81]) }]],
    ["its own root", [{ name: "./" }, { name: "a" }]],
  ];
  for (const [what, entries, archive] of odd) {
    it(`may have ${what}`, async () => {
      await unpackArchive(makeZip(entries, archive), directory);
      expect(readdirSync(directory)).to.have.length(1);
    });
  }

  const bad: readonly [string, Uint8Array, string][] = [
    ["no zip", Buffer.from("no zip at all, and long enough to be one"), "no zip archive"],
    ["cut short", makeZip([{ name: "a" }]).subarray(0, -5), "no zip archive"],
    ["with more behind it", Buffer.concat([makeZip([{ name: "a" }]), Buffer.from("x")]), "no zip archive"],
    ["of several parts", makeZip([{ name: "a" }], { disk: 1 }), "one part"],
    ["short of entries", makeZip([{ name: "a" }], { entries: 2 }), "ends after 1 of 2"],
    ["with entries too many", makeZip([{ name: "a" }, { name: "b" }], { entries: 1 }), "longer than its"],
    ["a folder up", makeZip([{ name: "../x.js" }]), "outside"],
    ["a folder up on the way", makeZip([{ name: "a/../../x.js" }]), "outside"],
    ["of two folders up, as a folder", makeZip([{ name: "../../" }]), "outside"],
    ["absolute", makeZip([{ name: "/etc/x" }]), "absolute"],
    ["of a drive", makeZip([{ name: "C:/x" }]), "absolute"],
    ["of a drive's own folder", makeZip([{ name: "c:x" }]), "absolute"],
    ["with backslashes", makeZip([{ name: "..\\x" }]), "backslash"],
    ["with a zero byte", makeZip([{ name: "a\0.js" }]), "zero byte"],
    ["without a name", makeZip([{ name: "" }]), "no name"],
    ["with a link", makeZip([{ name: "a", content: "/etc", mode: LINK }]), "link"],
    ["with a device", makeZip([{ name: "a", mode: DEVICE }]), "device"],
    ["with a pipe", makeZip([{ name: "a", mode: PIPE }]), "device"],
    ["with a socket", makeZip([{ name: "a", mode: SOCKET }]), "device"],
    ["a link that calls itself a folder", makeZip([{ name: "a/", mode: LINK }]), "link"],
    ["with a name twice", makeZip([{ name: "a" }, { name: "./a" }]), "twice"],
    ["with a file that is a folder, too", makeZip([{ name: "a" }, { name: "a/" }]), "twice"],
    ["with a file in a file", makeZip([{ name: "a" }, { name: "a/b" }]), "in a file"],
    ["with a file where a folder is", makeZip([{ name: "a/b" }, { name: "a" }]), "twice"],
    ["with a name too long", makeZip([{ name: "n".repeat(300) }]), "ENAMETOOLONG"],
    ["with a path too long", makeZip([{ name: "folder/".repeat(2000) + "a" }]), "ENAMETOOLONG"],
    ["with a name of 64 KB", makeZip([{ name: "n".repeat(65_535) }]), "ENAMETOOLONG"],
    ["encrypted", makeZip([{ name: "a", flags: 1 }]), "encrypted"],
    ["strongly encrypted", makeZip([{ name: "a", flags: 0x41 }]), "encrypted"],
    ["of another compression", makeZip([{ name: "a", method: 14 }]), "method 14"],
    ["with a size too small", makeZip([{ name: "a", content: "xx".repeat(9e5), size: 10 }]), "10 bytes"],
    ["with a size too large", makeZip([{ name: "a", content: "xx", size: 10 }]), "10 bytes"],
    ["stored in another size", makeZip([{ name: "a", content: "xx", size: 1, stored: true }]), "states 1"],
    ["with another checksum", makeZip([{ name: "a", content: "x", crc: 1 }]), "checksum"],
    ["with a folder's content", makeZip([{ name: "a/", content: "x" }]), "folder with content"],
    ["of another local name", makeZip([{ name: "a", local: { name: "../a" } }]), "differs"],
    ["of another local size", makeZip([{ name: "a", local: { size: 7 } }]), "differs"],
    ["of another local method", makeZip([{ name: "a", local: { method: 0 } }]), "differs"],
    ["with an entry elsewhere", makeZip([{ name: "a", localAt: 3 }]), "is not where"],
    ["with an entry beyond its end", makeZip([{ name: "a", zip64: true, localAt: 2 ** 40 }]), "is not where"],
    ["with bytes that inflate to nothing", corrupted(), "cannot be inflated"],
  ];
  for (const [what, archive, reason] of bad) {
    it(`is refused when it is ${what}`, async () => {
      const error = await refused(archive);
      expect(error).to.include({ code: "InvalidParameterValueException", status: 400 });
      expect(error.message).to.include(AWS_WORDS).and.include(reason);
    });
  }

  it("is refused when it is empty", async () => {
    for (const archive of [Buffer.alloc(0), makeZip([])])
      expect((await refused(archive)).message).to.equal("Uploaded file must be a non-empty zip");
  });

  it("is refused above 250 MB, before anything is unpacked", async () => {
    const half = 131_072_001;
    const error = await refused(
      makeZip([
        { name: "a", size: half, content: "a" },
        { name: "b", size: half, content: "b" },
      ]),
    );
    expect(error).to.include({
      code: "InvalidParameterValueException",
      message: "Unzipped size must be smaller than 262144000 bytes",
    });
  });

  it("is refused above 50 MB as it is", async () => {
    const error: unknown = await unpackArchive(Buffer.alloc(50 * 1024 * 1024 + 1), directory).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: "RequestEntityTooLargeException", status: 413 });
  });

  it("never writes elsewhere, and never fails otherwise, whatever is in it", async () => {
    const sound = zipSync({
      "index.js": strToU8("exports.handler = 1;"),
      "a/b.txt": strToU8("b".repeat(99)),
    });
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const archive = Buffer.from(sound);
        for (const [at, value] of changes) archive[at] = value;
        const error: unknown = await unpackArchive(archive, directory).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) expect(error).to.include({ code: "InvalidParameterValueException" });
        const outside = everything().filter((name) => !`${name}/`.startsWith("functions/"));
        expect(outside).to.deep.equal([]);
        rmSync(directory, { recursive: true, force: true });
      }),
      { numRuns: runs(300) },
    );
  });
});

/** An archive whose deflated bytes are none. */
function corrupted(): Buffer {
  const archive = makeZip([{ name: "a", content: "text" }]);
  archive[31] = 0xff;
  return archive;
}
