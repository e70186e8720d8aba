import { expect } from "chai";
import type { CloudEvent } from "../../../src/core/eventStream";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createFunction, invoke, record, startLambdaCloud } from "./support";

type Ended = Extract<CloudEvent, { type: "invocation-ended" }>;

describe("what a function's failure says", () => {
  let cloud: TestCloud;
  let events: CloudEvent[];

  before(async () => {
    cloud = await startLambdaCloud();
    events = record(cloud);
  });
  after(() => cloud.close());

  const lastEnd = (functionName: string): Ended | undefined =>
    events.findLast(
      (event): event is Ended => event.type === "invocation-ended" && event.functionName === functionName,
    );
  const logOf = (functionName: string) =>
    events
      .flatMap((event) =>
        event.type === "log" && event.logGroupName === `/aws/lambda/${functionName}` ? [event.message] : [],
      )
      .join("\n");

  const thrown: readonly [string, string, object][] = [
    ["an empty object", "{}", { errorType: "object", errorMessage: "{}" }],
    [
      "an object",
      "{ code: 7, at: { x: [1] } }",
      { errorType: "object", errorMessage: "{ code: 7, at: { x: [ 1 ] } }" },
    ],
    ["null", "null", { errorType: "object", errorMessage: "null" }],
    ["undefined", "undefined", { errorType: "undefined", errorMessage: "undefined" }],
    ["text", "'no tea'", { errorType: "string", errorMessage: "no tea" }],
    ["a number", "418", { errorType: "number", errorMessage: "418" }],
    ["a big number", "10n", { errorType: "bigint", errorMessage: "10n" }],
    ["a symbol", "Symbol('s')", { errorType: "symbol", errorMessage: "Symbol(s)" }],
    ["an object without a prototype", "Object.create(null)", { errorType: "object" }],
    [
      "an object whose members throw",
      "{ get message() { throw 1; }, toString() { throw 2; } }",
      { errorType: "object" },
    ],
    [
      "a proxy that refuses everything",
      "new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } })",
      { errorType: "object" },
    ],
    [
      "an error with a cyclic cause",
      "Object.assign(e, { cause: e, big: 1n })",
      { errorType: "Error", errorMessage: "e" },
    ],
    [
      "an error whose message throws",
      "Object.defineProperty(e, 'message', { get() { throw 1; } })",
      { errorType: "Error" },
    ],
    [
      "an error whose message is none",
      "Object.assign(e, { message: { a: 1 } })",
      { errorType: "Error", errorMessage: "{ a: 1 }" },
    ],
    [
      "an error whose own members throw",
      "Object.defineProperty(e, 'x', { enumerable: true, get() { throw 1; } })",
      { errorType: "Error", errorMessage: "e" },
    ],
    [
      "an error without a stack",
      "Object.assign(e, { stack: undefined })",
      { errorType: "Error", errorMessage: "e" },
    ],
    [
      "an error of another realm",
      "require('node:vm').runInNewContext('new RangeError(\"far\")')",
      { errorType: "RangeError", errorMessage: "far" },
    ],
  ];
  const expressions = JSON.stringify(
    Object.fromEntries(thrown.map(([what, expression]) => [what, expression])),
  );
  const throwing = `const expressions = ${expressions};
    exports.handler = async ({ what, rejects }) => {
      const e = new Error("e");
      const value = eval("(" + expressions[what] + ")");
      if (rejects) { Promise.reject(value); await new Promise((resolve) => setTimeout(resolve, 1000)); }
      throw value;
    };`;
  for (const LogFormat of ["Text", "JSON"]) {
    it(`is told as Lambda tells it, whatever was thrown, with ${LogFormat} logs`, async () => {
      const name = `throws-${LogFormat}`;
      await createFunction(cloud, name, throwing, { LoggingConfig: { LogFormat } });
      for (const [what, , expected] of thrown) {
        const { payload, functionError } = await invoke(cloud, name, { what });
        expect(functionError, what).to.equal("Unhandled");
        expect(payload, what).to.have.all.keys("errorType", "errorMessage", "trace").and.to.include(expected);
        expect(lastEnd(name), what).to.include({ outcome: "failed" }).and.to.include(expected);
      }
      expect(logOf(name)).not.to.include("[object Object]");
      expect(logOf(name)).to.include("no tea").and.to.include("{ a: 1 }");
    });
  }

  it("is told of rejections that nobody waits for, whatever they are", async () => {
    await createFunction(cloud, "rejects", throwing);
    for (const [what, , expected] of thrown.slice(0, 6)) {
      const { payload } = await invoke(cloud, "rejects", { what, rejects: true });
      expect(payload, what).to.have.property("errorType", "Runtime.UnhandledPromiseRejection");
      const { errorMessage } = expected as { errorMessage: string };
      expect(payload, what).to.have.property("errorMessage", errorMessage);
    }
  });

  // A source map by hand: line 2 of index.js is line 41 of handlers/tea.ts.
  const MAP = JSON.stringify({ version: 3, sources: ["handlers/tea.ts"], names: [], mappings: ";AAwCA" });
  const mapped = (source: string) => ({
    files: {
      "index.js": `"use strict";\n${source}\n//# sourceMappingURL=index.js.map\n`,
      "index.js.map": MAP,
      "node_modules/kettle/index.js": "exports.boil = () => { throw new Error('no water'); };",
    },
    Environment: { Variables: { NODE_OPTIONS: "--enable-source-maps" } },
  });
  const placed: readonly [string, string, Record<string, unknown>][] = [
    [
      "by the handler",
      "exports.handler = async () => { throw new TypeError('bad'); };",
      { errorType: "TypeError" },
    ],
    ["while it loads", "throw new RangeError('no table');", { errorType: "RangeError" }],
    ["in a package", "exports.handler = async () => require('kettle').boil();", { errorMessage: "no water" }],
    ["by an import", "require('nowhere');", { errorType: "Runtime.ImportModuleError" }],
  ];
  for (const [index, [where, source, expected]] of placed.entries()) {
    it(`names file and line of the source for what is thrown ${where}`, async () => {
      await createFunction(cloud, `placed-${index}`, "", mapped(source));
      await invoke(cloud, `placed-${index}`);
      expect(lastEnd(`placed-${index}`)).to.include({ ...expected, place: "handlers/tea.ts:41" });
    });
  }

  it("names file and line of what does not compile", async () => {
    await createFunction(cloud, "syntax", "const a = 1;\nexports.handler = ;");
    await invoke(cloud, "syntax");
    expect(lastEnd("syntax")).to.include({
      errorType: "Runtime.UserCodeSyntaxError",
      place: "index.js:2",
    });
  });

  it("says that a promise was never settled, and works on", async () => {
    const source = "exports.handler = async ({ wait }) => wait ? new Promise(() => {}) : process.pid;";
    await createFunction(cloud, "waits", source);
    const { payload: pid } = await invoke(cloud, "waits");
    const { payload } = await invoke(cloud, "waits", { wait: true });
    expect(payload).to.have.property("errorType", "Runtime.NodeJsExit");
    expect(payload).to.have.property("errorMessage").that.includes("a Promise that was never settled");
    expect((await invoke(cloud, "waits")).payload).to.equal(pid);
  });

  it("is one invocation's own, and the next one works", async () => {
    const source = `exports.handler = async ({ how }) => {
      if (how === "loop") for (;;);
      if (how === "exit") process.exit(3);
      if (how === "kill") process.kill(process.pid, "SIGKILL");
      if (how === "later") { setTimeout(() => { throw { code: 9 }; }); await new Promise((r) => setTimeout(r, 900)); }
      if (how === "deep") { const deep = () => deep() + 1; deep(); }
      if (how === "answer") return { big: 1n };
      return "fine"; };`;
    await createFunction(cloud, "fragile", source, { Timeout: 1 });
    const ends: readonly [string, Partial<Ended>][] = [
      ["loop", { outcome: "timed-out", errorType: "Sandbox.Timedout" }],
      ["exit", { outcome: "crashed", errorType: "Runtime.ExitError" }],
      ["kill", { outcome: "crashed", errorType: "Runtime.ExitError" }],
      ["later", { outcome: "failed", errorType: "object", errorMessage: "{ code: 9 }" }],
      ["deep", { outcome: "failed", errorType: "RangeError", place: "index.js:6" }],
      ["answer", { outcome: "failed", errorType: "Runtime.MarshalError" }],
    ];
    for (const [how, expected] of ends) {
      await invoke(cloud, "fragile", { how });
      expect(lastEnd("fragile"), how).to.include(expected);
      expect((await invoke(cloud, "fragile")).payload, how).to.equal("fine");
    }
  });

  it("of exits and endless loops while it loads is told, too", async () => {
    await createFunction(cloud, "exits-early", "process.exit(4);");
    expect((await invoke(cloud, "exits-early")).payload)
      .to.have.property("errorMessage")
      .that.includes("exit status 4");
  });
});
