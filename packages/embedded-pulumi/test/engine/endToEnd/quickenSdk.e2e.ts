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

  it("is where in the program a resource was made, unless an engine shows it", () => {
    const script = `
      const { Resource } = require("@pulumi/pulumi");
      console.log(JSON.stringify(Resource.stackTrace(0).length > 0));`;
    expect(printed(script)).to.equal(true);
    expect(printed(script, { EMBEDDED_ENGINE_HIDES_DEBUG_LINES: "true" })).to.equal(false);
  });

  it("is loading what sends traces, unless they are sent", () => {
    const script = (act: string) => `
      const tracing = require("@pulumi/pulumi/cmd/run/tracing");
      ${act};
      const span = tracing.newSpan("span");
      span.end();
      const loaded = (name) => Object.keys(require.cache).some((file) => file.includes("/@opentelemetry/" + name));
      console.log(JSON.stringify([loaded("api/"), loaded("sdk-trace"), loaded("exporter-zipkin"), span.isRecording !== undefined]));
      process.exit();`;
    expect(printed(script(""))).to.deep.equal([true, false, false, true]);
    const sent = 'tracing.start("http://127.0.0.1:9/api/v2/spans")';
    expect(printed(script(sent))).to.deep.equal([true, true, true, true]);
  });

  it("is loading services and the automation that nobody asks for, which are what they were when somebody does", () => {
    const script = `
      const aws = require("@pulumi/aws");
      const pulumi = require("@pulumi/pulumi");
      const path = require("node:path");
      const loaded = (name) => Object.keys(require.cache).filter((file) => file.includes(path.join("@pulumi", name) + path.sep)).length > 0;
      const seen = [loaded("aws/sfn"), loaded("pulumi/automation")];
      seen.push(Object.keys(aws).includes("sfn"), aws.sfn === require("@pulumi/aws/sfn"), aws.sfn === aws.sfn, loaded("aws/swf"));
      seen.push(pulumi.automation === require("@pulumi/pulumi/automation"), typeof aws.sfn.Activity, typeof aws.types.enums);
      aws.swf = "mine";
      seen.push(aws.swf);
      console.log(JSON.stringify(seen));`;
    expect(printed(script)).to.deep.equal([
      false,
      false,
      true,
      true,
      true,
      false,
      true,
      "function",
      "object",
      "mine",
    ]);
  });

  it("is telling the SDK of services' resources, until it meets a reference to one", () => {
    const script = `
      const aws = require("@pulumi/aws");
      const { getResourceModule } = require("@pulumi/pulumi/runtime/rpc");
      const path = require("node:path");
      const loaded = () => Object.keys(require.cache).filter((file) => file.includes(path.join("@pulumi", "aws", "swf") + path.sep)).length > 0;
      aws.sfn.Activity;
      const seen = [getResourceModule("random", "index/randomId", ""), getResourceModule("aws", "sfn/activity", "") !== undefined, loaded()];
      seen.push(getResourceModule("aws", "swf/domain", "") !== undefined, loaded(), getResourceModule("aws", "none/such", "") === undefined);
      console.log(JSON.stringify(seen));`;
    expect(printed(script)).to.deep.equal([null, true, false, true, true, true]);
  });

  it("is no order that services need: each is there, whichever is asked for first", () => {
    const script = (first: string) => `
      const aws = require("@pulumi/aws");
      aws.${first};
      const names = Object.keys(aws).sort();
      console.log(JSON.stringify(names.map((name) => [name, typeof aws[name], Object.keys(aws[name] ?? {}).length])));`;
    const plain = execFileSync(process.execPath, ["-e", script("accessanalyzer")], { encoding: "utf8" });
    for (const first of ["sqs", "xray", "lambda"])
      expect(printed(script(first))).to.deep.equal(JSON.parse(plain));
  });

  it("is asking late where every function is, of which it knows then", () => {
    const script = `
      const { inspectEarly } = require(${JSON.stringify(path.join(path.dirname(QUICKEN_SDK), "quicken/inspector.cjs"))});
      const early = inspectEarly();
      const load = require("module")._load;
      require("module")._load = (request, ...rest) => (request === "inspector" ? early : load(request, ...rest));
      const { getFunctionLocationAsync } = require("@pulumi/pulumi/runtime/closure/v8");
      const { isInitializedAsync } = require("@pulumi/pulumi/runtime/closure/v8Hooks");
      isInitializedAsync().then(async () => {
        const later = require("@pulumi/pulumi/cmd/run/error").defaultErrorMessage;
        const files = [getFunctionLocationAsync, later].map(async (known) => (await getFunctionLocationAsync(known)).file);
        console.log(JSON.stringify((await Promise.all(files)).map((file) => file.replace(/.*@pulumi/, ""))));
        process.exit();
      });`;
    expect(printed(script)).to.deep.equal(["/pulumi/runtime/closure/v8.js", "/pulumi/cmd/run/error.js"]);
  });

  /** What `computeCodePaths` gives for callbacks that leave these packages out, and what of npm's was loaded for it. */
  const codePaths = (excluded: string) => `
      const { runtime } = require("@pulumi/pulumi");
      const loaded = () => Object.keys(require.cache).some((file) => file.includes("@npmcli/arborist/"));
      const manifest = require(process.cwd() + "/package.json");
      // Those of other processors are not installed here.
      const binaries = Object.keys(manifest.optionalDependencies);
      const options = { extraIncludePaths: ["tsconfig.json"], extraExcludePackages: [...binaries, ...${excluded}] };
      const paths = async () => [...(await runtime.computeCodePaths(options)).keys()].sort();
      Promise.all([paths(), paths()]).then(([one, other]) => console.log(JSON.stringify([one, other, loaded()])));`;

  it("is reading node_modules for callbacks that leave every package out", () => {
    const [one, other, loaded] = printed(codePaths("Object.keys(manifest.dependencies)")) as unknown[];
    expect([one, other, loaded]).to.deep.equal([["tsconfig.json"], ["tsconfig.json"], false]);
  });

  it("is not what other callbacks ship of node_modules", () => {
    const [one, other, loaded] = printed(codePaths('["fastest-levenshtein"]')) as unknown[];
    expect(loaded).to.equal(true);
    expect(other).to.deep.equal(one);
    expect(one).to.include("node_modules/croner").and.not.to.include("node_modules/fastest-levenshtein");
  });

  it("is reading node_modules more than once", () => {
    const script = `
      const { createRequire } = require("node:module");
      const { Arborist } = createRequire(require.resolve("@pulumi/pulumi"))("@npmcli/arborist");
      const read = Arborist.prototype.loadActual;
      let times = 0;
      Arborist.prototype.loadActual = function (...options) {
        times += 1;
        return read.apply(this, options);
      };
      ${codePaths("[]").replace("loaded()", "times")}`;
    expect((printed(script) as unknown[])[2]).to.equal(1);
  });
});
