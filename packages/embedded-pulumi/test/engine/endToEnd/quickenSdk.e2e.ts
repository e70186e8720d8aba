import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect } from "chai";

const QUICKEN_SDK = path.resolve(__dirname, "../../../src/engine/quickenSdk.cjs");

/** What `script` prints in a process that was started as a program's is. */
function printed(script: string, environment: Readonly<Record<string, string>> = {}): unknown {
  const output = execFileSync(process.execPath, [`--require=${QUICKEN_SDK}`, "-e", script], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  return JSON.parse(output) as unknown;
}

describe("what the engine spares a program's process", function () {
  this.timeout(60_000);

  it("is the stack of every promise, unless somebody looks for leaks", () => {
    const script = `
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
      const promise = Promise.resolve(1);
      debuggablePromise(promise, "context");
      const { _debugStackTrace, _debugCtx } = promise;
      console.log(JSON.stringify([String(_debugStackTrace).includes("    at "), _debugCtx, new Error().stack.includes("    at ")]));`;
    expect(printed(script)).to.deep.equal([false, "context", true]);
    expect(printed(script, { PULUMI_DEBUG_PROMISE_LEAKS: "1" })).to.deep.equal([true, "context", true]);
  });

  it("is reading node_modules for every callback", () => {
    const script = `
      const { createRequire } = require("node:module");
      const { Arborist } = createRequire(require.resolve("@pulumi/pulumi"))("@npmcli/arborist");
      const read = () => new Arborist({ path: process.cwd() }).loadActual();
      Promise.all([read(), read()]).then(([one, other]) =>
        console.log(JSON.stringify([one === other, one.children.has("@pulumi/pulumi")])));`;
    expect(printed(script)).to.deep.equal([true, true]);
  });
});
