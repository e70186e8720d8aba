import { buildSync } from "esbuild";
import { expect } from "chai";
import { describeBundlingFailure } from "../../../../components/bundling/bundlingFailure";

/** What is told of sources that esbuild refuses. */
function told(contents: string): string {
  try {
    buildSync({
      stdin: { contents, sourcefile: "handlers/tea.ts", loader: "ts", resolveDir: process.cwd() },
      bundle: true,
      write: false,
      logLevel: "silent",
    });
  } catch (error) {
    return describeBundlingFailure(error);
  }
  return expect.fail("it compiles");
}

describe("a handler that does not compile", () => {
  it("is told with file, line and column, as an editor opens it", () => {
    expect(told("export const a = 1;\n  const = 2;\n")).to.equal(
      'the handlers do not compile:\n  handlers/tea.ts:2:9: Expected identifier but found "="\n      const = 2;',
    );
  });

  it("that imports what is not there is told likewise, each fault once", () => {
    const text = told('import "./nowhere";\nimport "no-such-package";\n');
    expect(text.split("\n").filter((line) => line.startsWith("  handlers/tea.ts:"))).to.have.length(2);
    expect(text).to.match(/handlers\/tea\.ts:1:8: Could not resolve "\.\/nowhere"/);
  });

  it("with many faults is told by the first ten", () => {
    const text = told(Array.from({ length: 14 }, (_, index) => `import "./no-${index}";`).join("\n"));
    expect(text).to.match(/ {2}and 4 more$/);
  });

  it("that fails otherwise is told by the message", () => {
    expect(describeBundlingFailure(new Error("no folder handlers"))).to.equal("no folder handlers");
    expect(describeBundlingFailure({ code: 1 })).to.equal('{"code":1}');
  });
});
