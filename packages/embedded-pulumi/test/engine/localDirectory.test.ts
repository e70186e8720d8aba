import { expect } from "chai";
import path from "node:path";
import { localDirectory, nameOfGenerated } from "../../src/engine/localDirectory";

describe("the folder of generated files", () => {
  const before = process.env.LOCAL_DIRECTORY;
  const elsewhere = path.resolve("/var/generated");

  function choose(directory: string | undefined): void {
    if (directory === undefined) delete process.env.LOCAL_DIRECTORY;
    else process.env.LOCAL_DIRECTORY = directory;
  }

  afterEach(() => choose(before));

  it("is the project's own unless another is chosen", () => {
    for (const none of [undefined, ""]) {
      choose(none);
      expect(localDirectory("/shop")).to.equal(path.resolve("/shop/.local"));
      expect(nameOfGenerated("/shop/.local/bundles/a.js")).to.equal(undefined);
    }
    choose(elsewhere);
    expect(localDirectory("/shop")).to.equal(elsewhere);
  });

  it("is a revision's own where that lies in the chosen one", () => {
    choose(elsewhere);
    const revision = path.join(elsewhere, "revisions", "1-abc");
    expect(localDirectory(revision)).to.equal(path.join(revision, ".local"));
  });

  it("names files in packages as if it were the project's own", () => {
    choose(elsewhere);
    expect(nameOfGenerated(path.join(elsewhere, "bundles", "a.js"))).to.equal(".local/bundles/a.js");
    for (const other of [".local/bundles/a.js", path.resolve("/var/generated-not/a.js"), elsewhere])
      expect(nameOfGenerated(other)).to.equal(undefined);
  });
});
