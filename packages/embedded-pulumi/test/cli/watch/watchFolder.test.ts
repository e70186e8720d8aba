import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { type FolderWatch, watchFolder } from "../../../src/cli/watch/watchFolder";
import { withFrames } from "../../../src/cli/watch/codeFrame";

describe("a folder that is watched", () => {
  let root: string;
  let watch: FolderWatch;
  let told: string[];
  let onTold: () => void;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "watched-"));
    for (const folder of ["src/deep", "node_modules/x", ".git", "generated"])
      mkdirSync(path.join(root, folder), { recursive: true });
    save("src/a.ts", "1");
    save("src/deep/b.ts", "1");
    told = [];
    onTold = () => undefined;
    watch = watchFolder(root, [path.join(root, "generated")], (files) => {
      told.push(...files);
      onTold();
    });
  });
  afterEach(() => {
    watch.close();
    rmSync(root, { recursive: true, force: true });
  });

  const save = (file: string, text: string) => writeFileSync(path.join(root, file), text);
  /** Resolves once all of `files` were told of. */
  const toldOf = (...files: readonly string[]) =>
    new Promise<void>((resolve) => {
      onTold = () => {
        if (files.every((file) => told.includes(file))) resolve();
      };
      onTold();
    });

  it("tells of files saved in place, by renaming over them, and deleted", async () => {
    save("src/a.ts", "2");
    await toldOf("src/a.ts");
    save("src/.b.ts.swp", "2");
    renameSync(path.join(root, "src/.b.ts.swp"), path.join(root, "src/deep/b.ts"));
    await toldOf("src/deep/b.ts");
    told = [];
    rmSync(path.join(root, "src/a.ts"));
    await toldOf("src/a.ts");
    expect(told).to.deep.equal(["src/a.ts"]);
  });

  it("tells of new folders with what is in them, and watches them", async () => {
    mkdirSync(path.join(root, "src/new/er"), { recursive: true });
    save("src/new/er/c.ts", "1");
    await toldOf("src/new/er/c.ts");
    told = [];
    save("src/new/er/c.ts", "2");
    await toldOf("src/new/er/c.ts");
    told = [];
    rmSync(path.join(root, "src/new"), { recursive: true });
    await toldOf("src/new/er/c.ts");
  });

  it("says nothing of what was saved as it was, is generated, hidden, or an editor's own", async () => {
    save("src/a.ts", "1");
    save("src/a.ts~", "old");
    save(".git/index", "x");
    save("node_modules/x/index.js", "x");
    save("generated/out.js", "x");
    save("src/deep/b.ts", "2");
    await toldOf("src/deep/b.ts");
    expect(told).to.deep.equal(["src/deep/b.ts"]);
  });

  it("tells of several files at once together", async () => {
    save("src/a.ts", "2");
    save("src/deep/b.ts", "2");
    await toldOf("src/a.ts", "src/deep/b.ts");
    expect(told).to.have.length(2);
  });

  it("shows the line that TypeScript complains of", () => {
    save("src/a.ts", "const good = 1;\n\tconst = 2;\n");
    expect(withFrames("x\nsrc/a.ts(2,8): error TS1: no\nsrc/z.ts(2,8): error TS1: no", root)).to.equal(
      "x\nsrc/a.ts(2,8): error TS1: no\n    2 | \tconst = 2;\n      | \t      ^\nsrc/z.ts(2,8): error TS1: no",
    );
  });
});
