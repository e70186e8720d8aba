import { createRequire } from "node:module";
import { expect } from "chai";

interface CodePaths {
  computeCodePaths(name: string): Promise<string>;
}

const { withoutPackages } = createRequire(__filename)("../../src/engine/quicken/packages.cjs") as {
  readonly withoutPackages: (codePaths: CodePaths) => void;
};

describe("what callbacks ship", () => {
  it("is looked up after what the program has registered meanwhile has left, and one callback's after the other's", async () => {
    const seen: string[] = [];
    const codePaths: CodePaths = {
      computeCodePaths: (name) => {
        seen.push(name);
        return Promise.resolve(`files of ${name}`);
      },
    };
    withoutPackages(codePaths);
    const found = ["first", "second"].map((name) => codePaths.computeCodePaths(name));
    const turns = (async () => {
      for (const turn of [1, 2]) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`turn ${turn}`);
      }
    })();
    await Promise.resolve();
    expect(seen).to.deep.equal([]);
    expect(await Promise.all(found)).to.deep.equal(["files of first", "files of second"]);
    await turns;
    expect(seen.indexOf("turn 1")).to.be.lessThan(seen.indexOf("first"));
    expect(seen.indexOf("turn 1")).to.be.lessThan(seen.indexOf("second"));
    expect(seen.indexOf("first")).to.be.lessThan(seen.indexOf("turn 2"));
    expect(seen.indexOf("turn 2")).to.be.lessThan(seen.indexOf("second"));
  });

  it("fails as before", async () => {
    const codePaths: CodePaths = { computeCodePaths: () => Promise.reject(new Error("no such folder")) };
    withoutPackages(codePaths);
    const outcome = await codePaths.computeCodePaths("first").catch((error: unknown) => error);
    expect(outcome).to.be.an("error").with.property("message", "no such folder");
  });
});
