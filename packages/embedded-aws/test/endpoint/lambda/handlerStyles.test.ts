import { expect } from "chai";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole, invoke, startLambdaCloud } from "./support";

/** What AWS's own runtime interface client (aws-lambda-nodejs-runtime-interface-client 3 and 4) makes of handlers. */
describe("a handler", () => {
  let cloud: TestCloud;
  let created = 0;

  before(async () => {
    cloud = await startLambdaCloud();
  });
  after(() => cloud.close());

  async function answerOf(source: string, settings: Record<string, unknown> = {}) {
    const name = `style-${++created}`;
    await createFunction(cloud, name, source, settings);
    return await invoke(cloud, name);
  }

  const node22: readonly [string, string, unknown][] = [
    ["a third parameter", "(e, c, callback) => callback(null, 1)", 1],
    ["rest parameters", "(...given) => given[2](null, 2)", 2],
    ["`arguments`", "function () { arguments[2](null, 3); }", 3],
    ["a default parameter", "(e, c, callback = undefined) => callback(null, 4)", 4],
    ["destructured rest parameters", "(e, ...[, callback]) => callback(null, 5)", 5],
    ["`this` of a bound function", "((e, c, callback) => callback(null, 6)).bind(null)", 6],
    ["context.succeed", "(e, context) => { context.succeed(7); context.succeed(8); }", 7],
    ["context.done", "(e, context) => context.done(null, { n: 8 })", { n: 8 }],
    [
      "context.succeed, whatever else goes on",
      "(e, context) => { setInterval(() => {}, 1000); context.succeed(9); }",
      9,
    ],
    [
      "a callback that does not wait for the event loop",
      "(e, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 10); }",
      10,
    ],
    [
      "a promise before the callback",
      "(e, c, callback) => { setTimeout(callback, 30, null, 'late'); return Promise.resolve(11); }",
      11,
    ],
    ["no callback at all: a value that it returns is nobody's", "() => 12", null],
    ["a callback that never comes", "(e, c, callback) => undefined", null],
    ["a promise of one that is not declared async, which never settles", "() => new Promise(() => {})", null],
    ["a callback without a value", "(e, c, callback) => callback()", null],
  ];
  for (const [style, handler, expected] of node22) {
    it(`of Node 22 answers by ${style}`, async () => {
      const { payload, functionError } = await answerOf(`exports.handler = ${handler};`, {
        Runtime: "nodejs22.x",
      });
      expect(functionError).to.equal(undefined);
      expect(payload).to.deep.equal(expected);
    });
  }

  const failing: readonly [string, string, object][] = [
    [
      "the callback",
      "(e, c, callback) => callback(new TypeError('no'))",
      { errorType: "TypeError", errorMessage: "no" },
    ],
    ["context.fail", "(e, context) => context.fail(new RangeError('far'))", { errorType: "RangeError" }],
    [
      "context.fail without an error",
      "(e, context) => context.fail()",
      { errorType: "string", errorMessage: "handled" },
    ],
    [
      "throwing",
      "() => { throw new TypeError('at once'); }",
      { errorType: "TypeError", errorMessage: "at once" },
    ],
    ["a falsy error", "(e, c, callback) => callback(0)", { errorType: "number", errorMessage: "0" }],
    [
      "an async function that never settles",
      "async () => new Promise(() => {})",
      { errorType: "Runtime.NodeJsExit" },
    ],
  ];
  for (const [style, handler, expected] of failing) {
    it(`of Node 22 fails by ${style}`, async () => {
      const { payload, functionError } = await answerOf(`exports.handler = ${handler};`, {
        Runtime: "nodejs22.x",
      });
      expect(functionError).to.equal("Unhandled");
      expect(payload).to.include(expected);
    });
  }

  it("of Node 24 has neither a callback nor a context that answers, and may return plain values", async () => {
    const source = `exports.handler = (event, context, ...more) => ({
      more: more.length,
      gone: ["done", "fail", "succeed", "callbackWaitsForEmptyEventLoop"].filter((name) => name in context) });`;
    expect((await answerOf(source)).payload).to.deep.equal({ more: 0, gone: [] });
  });

  const places: readonly [string, Record<string, string>, string][] = [
    ["a folder's index file", { "app/index.js": "exports.handler = async () => 'found';" }, "app.handler"],
    ["a file without an ending", { app: "exports.handler = async () => 'found';" }, "app.handler"],
    [
      "a module of a package that says so",
      { "app.js": "export const handler = async () => 'found';", "package.json": '{"type":"module"}' },
      "app.handler",
    ],
    ["a .cjs file", { "app.cjs": "exports.handler = async () => 'found';" }, "app.handler"],
    ["a default export", { "app.mjs": "export default { handler: async () => 'found' };" }, "app.handler"],
    ["a member of an export", { "app.mjs": "export const a = { b: async () => 'found' };" }, "app.a.b"],
  ];
  for (const [place, files, Handler] of places) {
    it(`is found in ${place}`, async () => {
      expect((await answerOf("", { files, Handler })).payload).to.equal("found");
    });
  }

  it("may not be named above the archive", async () => {
    const { payload } = await answerOf("exports.handler = async () => 1;", { Handler: "../index.handler" });
    expect(payload).to.include({ errorType: "Runtime.MalformedHandlerName" });
  });
});

describe("what a function has around it", () => {
  let cloud: TestCloud;

  before(async () => {
    cloud = await startLambdaCloud();
  });
  after(() => cloud.close());

  for (const [kind, files] of Object.entries({
    CommonJS: {
      "index.js": `const { SQSClient, ListQueuesCommand } = require("@aws-sdk/client-sqs");
        exports.handler = async () => (await new SQSClient({}).send(new ListQueuesCommand({}))).$metadata.httpStatusCode;`,
    },
    "ES modules": {
      "index.mjs": `import { SQSClient, ListQueuesCommand } from "@aws-sdk/client-sqs";
        export const handler = async () => (await new SQSClient({}).send(new ListQueuesCommand({}))).$metadata.httpStatusCode;`,
    },
  })) {
    it(`is the SDK for JavaScript, which the runtime brings, for ${kind}`, async () => {
      const name = kind.replaceAll(" ", "-");
      const Role = await createRole(cloud, `lists-${name}`, [{ Action: "sqs:ListQueues", Resource: "*" }]);
      await createFunction(cloud, name, "", { files, Role, Timeout: 20, MemorySize: 512 });
      expect((await invoke(cloud, name)).payload).to.equal(200);
    });
  }

  it("is the archive's own copy of the SDK before the runtime's", async () => {
    await createFunction(cloud, "own-sdk", "", {
      files: {
        "index.js": `exports.handler = async () => require("@aws-sdk/client-sqs").own;`,
        "node_modules/@aws-sdk/client-sqs/index.js": "exports.own = true;",
      },
    });
    expect((await invoke(cloud, "own-sdk")).payload).to.equal(true);
  });

  it("is no client of the SDK that is not installed, and says what to do", async () => {
    await createFunction(
      cloud,
      "no-sdk",
      `require("@aws-sdk/client-braket"); exports.handler = async () => 1;`,
    );
    const { payload } = await invoke(cloud, "no-sdk");
    expect(payload).to.include({ errorType: "Runtime.ImportModuleError" });
    expect(payload)
      .to.have.property("errorMessage")
      .that.matches(/client-braket.*Install @aws-sdk\/client-braket/);
  });

  it("is a file system that only /tmp can be written in", async () => {
    const source = `
      const fs = require("node:fs"); const os = require("node:os"); const path = require("node:path");
      const code = async (run) => { try { await run(); return "done"; } catch (error) { return error.code + " " + error.syscall; } };
      exports.handler = async () => {
        const temporary = path.join(os.tmpdir(), "x");
        const viaStream = (file) => new Promise((resolve, reject) =>
          fs.createWriteStream(file).on("error", reject).on("finish", resolve).end("x"));
        return {
          sync: await code(() => fs.writeFileSync("x.txt", "")),
          promises: await code(() => fs.promises.writeFile(__dirname + "/x.txt", "")),
          callback: await code(() => new Promise((resolve, reject) => fs.appendFile("x", "", (e) => e ? reject(e) : resolve()))),
          stream: await code(() => viaStream("x.txt")),
          remove: await code(() => fs.unlinkSync(__filename)),
          removeNothing: await code(() => fs.rmSync("nothing", { force: true })),
          rename: await code(() => fs.promises.rename(__filename, temporary)),
          folder: await code(() => fs.mkdirSync("folder")),
          sameFolder: await code(() => fs.mkdirSync(__dirname, { recursive: true })),
          home: await code(() => fs.writeFileSync("/opt/x", "")),
          module: await code(async () => (await import("node:fs")).writeFileSync("x.txt", "")),
          open: await code(() => fs.promises.open("index.js", "r+")),
          read: await code(() => fs.readFileSync(__filename)),
          temporary: await code(() => fs.writeFileSync(temporary, "x")),
          temporaryStream: await code(() => viaStream(temporary)),
          copy: await code(() => fs.copyFileSync(__filename, temporary)),
        };
      };`;
    await createFunction(cloud, "writes", source);
    const { payload } = await invoke(cloud, "writes");
    expect(payload).to.deep.equal({
      sync: "EROFS open",
      promises: "EROFS open",
      callback: "EROFS open",
      stream: "EROFS open",
      remove: "EROFS unlink",
      removeNothing: "done",
      rename: "EROFS rename",
      folder: "EROFS mkdir",
      sameFolder: "done",
      home: "EROFS open",
      module: "EROFS open",
      open: "EROFS open",
      read: "done",
      temporary: "done",
      temporaryStream: "done",
      copy: "done",
    });
  });
});
