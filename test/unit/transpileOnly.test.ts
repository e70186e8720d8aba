import { expect } from "chai";
import { create } from "ts-node";

describe("the program under the Pulumi CLI", () => {
  it("is transpiled and not type-checked, by tsconfig.json alone", () => {
    // As Pulumi's runner does, unless a variable says otherwise: @pulumi/pulumi/cmd/run/run.js.
    const service = create({
      compiler: "typescript",
      project: "tsconfig.json",
      skipProject: false,
      compilerOptions: {
        target: "ES2020",
        module: "nodenext",
        moduleResolution: "nodenext",
        sourceMap: true,
      },
    });
    expect(service.options.transpileOnly).to.equal(true);
    const compiled = service.compile("export const wrong: number = 'text';", "index.ts");
    expect(compiled).to.contain("exports.wrong = 'text'");
  });
});
