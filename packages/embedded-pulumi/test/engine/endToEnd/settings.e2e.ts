import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import { readCheckedProject } from "../../../src/engine/checkConfiguration";
import { ProjectError } from "../../../src/engine/projectError";
import type { ProgressEvent } from "../../../src/engine/progress";
import { runProgram } from "../../../src/engine/run";
import { displayMap } from "../../../src/engine/values";
import { fakeProvider } from "./fakeProvider";
import { cacheDirectory, withProgram } from "./program";

async function run(projectDirectory: string, options: { patienceMs?: number; signal?: AbortSignal } = {}) {
  const provider = fakeProvider();
  const events: ProgressEvent[] = [];
  const result = await runProgram({
    projectDirectory,
    stack: "dev",
    mode: "update",
    provider,
    random: seededRandom(1),
    onEvent: (event) => events.push(event),
    cacheDirectory,
    ...options,
  });
  return { provider, events, outputs: displayMap(result.outputs), resources: result.resources };
}

const project = (more = "", options = "typescript: false") =>
  `name: toy\nruntime: { name: nodejs, options: { ${options} } }\n${more}`;

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(directory, name), content);
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error("nothing failed");
}

const QUEUE = `new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {});`;

describe("the settings of a project", function () {
  this.timeout(60_000);

  it("main: runs the program in the folder of its file", () =>
    withProgram(`module.exports = { here: process.cwd() };`, async (directory) => {
      mkdirSync(path.join(directory, "app"));
      renameSync(path.join(directory, "program.cjs"), path.join(directory, "app", "start.cjs"));
      write(directory, { "Pulumi.yaml": project("main: app/start.cjs") });
      expect((await run(directory)).outputs.here).to.equal(path.join(directory, "app"));
    }));

  it("runtime.options.nodeargs: are arguments of node", () =>
    withProgram(
      `module.exports = { titled: process.title, args: process.execArgv.length > 0 };`,
      async (directory) => {
        write(directory, {
          "Pulumi.yaml": project("main: program.cjs", 'typescript: false, nodeargs: "--title=toy"'),
        });
        expect((await run(directory)).outputs).to.deep.equal({ titled: "toy", args: true });
      },
    ));

  it("pulumi:disable-default-providers: refuses what names no provider", () =>
    withProgram(QUEUE, async (directory) => {
      write(directory, { "Pulumi.dev.yaml": "config:\n  pulumi:disable-default-providers: [aws]\n" });
      const { message } = await failureOf(run(directory));
      expect(message)
        .to.include("the default provider for aws is disabled by pulumi:disable-default-providers")
        .and.include("::q must use an explicit provider");
    }));

  it("pulumi:disable-default-providers: takes what names one", () =>
    withProgram(
      `class Aws extends pulumi.ProviderResource { constructor(name, props) { super("aws", name, props); } }
       const provider = new Aws("here", {});
       new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {}, { provider });`,
      async (directory) => {
        write(directory, { "Pulumi.dev.yaml": 'config:\n  pulumi:disable-default-providers: ["*"]\n' });
        expect((await run(directory)).provider.created).to.have.length(2);
      },
    ));

  it("pulumi:autonaming: reaches the provider", () =>
    withProgram(QUEUE, async (directory) => {
      write(directory, {
        "Pulumi.dev.yaml": 'config:\n  pulumi:autonaming: { pattern: "${project}-${stack}-${name}" }\n',
      });
      const { provider } = await run(directory);
      expect(provider.created[0]?.automaticName).to.deep.equal({ kind: "proposed", name: "toy-dev-q" });
    }));
});

describe("a transform", function () {
  this.timeout(60_000);

  const OPTIONS = `{
    ignoreChanges: ["tags"], replaceOnChanges: ["name"], aliases: [{ name: "before" }, "urn:pulumi:dev::toy::a:b:C::d"],
    retainOnDelete: true, deleteBeforeReplace: true, version: "7.0.0", protect: true, customTimeouts: { create: "5m" },
    additionalSecretOutputs: ["arn"], dependsOn: [other], deletedWith: other, pluginDownloadURL: "https://example.com",
    hideDiffs: ["name"], replaceWith: [other], replacementTrigger: "once",
  }`;
  const program = (change: string) => `
    const other = new pulumi.CustomResource("aws:sqs/queue:Queue", "other", {});
    const seen = [];
    const transforms = [
      async (args) => { ${change} },
      async ({ opts }) => {
        const known = {};
        for (const [key, value] of Object.entries(opts))
          if (value !== undefined && !["parent", "hooks"].includes(key)) known[key] = value;
        for (const key of ["deletedWith"]) if (known[key]) known[key] = await known[key].urn.promise?.() ?? "set";
        for (const key of ["dependsOn", "replaceWith"]) if (known[key]) known[key] = known[key].length;
        seen.push(JSON.stringify(known));
        return undefined;
      },
    ];
    const q = new pulumi.CustomResource("aws:sqs/queue:Queue", "q", {}, { ...${OPTIONS}, transforms });
    module.exports = { seen: q.urn.apply(() => seen[0]) };`;
  const seenBy = (change: string) =>
    withProgram(program(change), async (directory) => {
      const { outputs, resources } = await run(directory);
      return {
        seen: JSON.parse(outputs.seen as string) as Record<string, unknown>,
        resource: resources.find(({ name }) => name === "q"),
      };
    });

  it("sees every option that was set", async () => {
    const { seen } = await seenBy("return undefined;");
    expect(seen).to.deep.include({
      ignoreChanges: ["tags"],
      replaceOnChanges: ["name"],
      retainOnDelete: true,
      deleteBeforeReplace: true,
      version: "7.0.0",
      protect: true,
      additionalSecretOutputs: ["arn"],
      dependsOn: 1,
      replaceWith: 1,
      pluginDownloadURL: "https://example.com",
      replacementTrigger: "once",
    });
    expect(seen.customTimeouts).to.include({ create: "5m" });
    expect(seen.aliases).to.have.length(2);
    expect(seen.deletedWith).to.be.a("string");
  });

  it("may change and remove them", async () => {
    const { seen, resource } = await seenBy(
      `const { opts } = args;
       return {
         props: args.props,
         opts: { ...opts, ignoreChanges: ["*"], version: undefined, protect: false, retainOnDelete: undefined, deleteBeforeReplace: undefined },
       };`,
    );
    expect(seen).to.deep.include({ ignoreChanges: ["*"], protect: false, replaceOnChanges: ["name"] });
    expect(seen)
      .to.include({ retainOnDelete: false, deleteBeforeReplace: false })
      .and.not.to.have.property("version");
    expect(resource?.protect).to.equal(false);
  });
});

describe("a configuration that is not valid", function () {
  this.timeout(60_000);
  const check = (directory: string, overrides: Readonly<Record<string, string>> = {}) =>
    readCheckedProject(
      directory,
      "dev",
      new Map(Object.entries(overrides)),
      cacheDirectory,
      new AbortController().signal,
    );

  it("is told once, with what the program itself finds wrong", async () => {
    const program = `
      const { size } = { size: new pulumi.Config().get("size") };
      const lines = ["The configuration of stack dev is not valid:"];
      if (Number(size) !== 1) lines.push("  toy:size: got " + JSON.stringify(size) + "; expected 1");
      lines.push("  toy:other: got 2; expected less", "Set each with: pulumi config set");
      throw new pulumi.RunError(lines.join("\\n"));`;
    await withProgram(program, async (directory) => {
      write(directory, {
        "Pulumi.yaml": project("main: program.cjs\nconfig:\n  size: { type: integer }"),
        "Pulumi.dev.yaml": "config:\n  toy:size: many\n  toy:sise: 4\n",
      });
      const error = await failureOf(check(directory));
      expect(error).to.be.instanceOf(ProjectError);
      expect(error.message.split("\n")).to.deep.equal([
        "The configuration of stack dev is not valid:",
        "  toy:sise: not declared in Pulumi.yaml; did you mean toy:size? (Pulumi.dev.yaml:3:3)",
        '  toy:size: got "many"; expected 1 (Pulumi.dev.yaml:2:3)',
        "  toy:other: got 2; expected less",
        "Set each with: pulumi config set",
      ]);
    });
  });

  it("is told alone when the program is content, or fails for another reason", async () => {
    for (const program of [QUEUE, `throw new Error("something else");`]) {
      await withProgram(program, async (directory) => {
        write(directory, { "Pulumi.dev.yaml": "config:\n  aws:regoin: eu-west-1\n" });
        const { message } = await failureOf(check(directory));
        expect(message.split("\n")).to.have.length(2);
      });
    }
  });

  it("is none when the command line mends it", () =>
    withProgram(QUEUE, async (directory) => {
      write(directory, { "Pulumi.dev.yaml": "config:\n  toy:key: { secure: v1:abc }\n" });
      expect((await check(directory, { key: "x" })).config).to.deep.equal({ "toy:key": "x" });
    }));
});

describe("a program that does not end", function () {
  this.timeout(60_000);

  for (const [what, source, word] of [
    ["a timer", "setInterval(() => {}, 1000);", "a timer"],
    ["a server", `require("node:http").createServer().listen(0);`, "a server that listens"],
  ] as const) {
    it(`is told of, with what keeps it running: ${what}`, () =>
      withProgram(`${source}\n${QUEUE}`, async (directory) => {
        const stop = new AbortController();
        const told: string[] = [];
        await failureOf(
          runProgram({
            projectDirectory: directory,
            stack: "dev",
            mode: "update",
            provider: fakeProvider(),
            random: seededRandom(1),
            cacheDirectory,
            patienceMs: 50,
            signal: stop.signal,
            onEvent: (event) => {
              if (event.type !== "log" || event.severity !== "warning") return;
              told.push(event.message);
              stop.abort(new Error("enough"));
            },
          }),
        );
        expect(told).to.have.length(1);
        expect(told[0]).to.match(new RegExp(`registered everything, but .*${word}.* keeps it running`));
      }));
  }

  it("is not told of when it ends by itself", () =>
    withProgram(`setTimeout(() => {}, 300);\n${QUEUE}`, async (directory) => {
      const { events } = await run(directory, { patienceMs: 20_000 });
      expect(events.filter((event) => event.type === "log" && event.severity === "warning")).to.deep.equal(
        [],
      );
    }));
});
