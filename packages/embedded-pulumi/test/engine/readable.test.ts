import { expect } from "chai";
import { readable } from "../../src/engine/readable";

describe("what is told of a program's failure", () => {
  it("names the engine that is at work, without colours", () => {
    const said =
      "\u001b[31mThe Pulumi CLI does not support resource hooks. Please update the Pulumi CLI.\u001b[0m";
    expect(readable(said)).to.equal("the embedded engine does not support resource hooks");
  });

  it("keeps of a stack the program's own lines alone", () => {
    const stack = [
      "Running program '/shop' failed with an unhandled exception:",
      "<ref *1> Error: no such luck",
      "    at mine (/shop/index.ts:4:61)",
      "    at /shop/other.ts:1:1",
      "    at new Promise (<anonymous>)",
      "    at Object.callback (/shop/node_modules/@pulumi/runtime/invoke.ts:281:37)",
      "    at C:\\shop\\node_modules\\@pulumi\\pulumi\\output.js:1:1",
      "    at usual (/any/embedded-pulumi/src/engine/quickenSdk.cjs:28:31)",
      "    at node:internal/modules/cjs/loader:2060:10",
      "    at processTicksAndRejections (node:internal/process/task_queues:85:11) {",
      "  promise: Promise { <rejected> [Circular *1] }",
      "}",
    ];
    expect(readable(stack.join("\n"))).to.equal(
      [stack[0], "Error: no such luck", ...stack.slice(2, 4)].join("\n"),
    );
  });

  it("leaves everything else as it is", () => {
    const said = "size: got 3\n  at most 2; see node_modules/x";
    expect(readable(said)).to.equal(said);
  });
});
