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

  it("keeps the place of an error that a library throws by itself, for each stack", () => {
    const stack = [
      "SyntaxError: Unexpected token",
      "    at JSON.parse (<anonymous>)",
      "    at parse (/shop/node_modules/library/index.js:2:7)",
      "    at async Promise.all (index 0)",
      "    at later (/shop/node_modules/library/index.js:9:1)",
      "Error: connect ECONNREFUSED",
      "    at afterConnect (node:net:1637:16)",
      "    at node:internal/modules/cjs/loader:2060:10",
    ];
    expect(readable(stack.join("\n")).split("\n")).to.deep.equal([0, 2, 5, 6].map((line) => stack[line]));
  });

  it("leaves everything else as it is", () => {
    const said =
      "size: got 3\n  at most 2; see node_modules/x\n  at port node:8080\n  at /shop/node_modules/x";
    expect(readable(said)).to.equal(said);
  });
});
