import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import type { ProgressEvent } from "../../../src/engine/progress";
import { runProgram } from "../../../src/engine/run";
import { displayMap } from "../../../src/engine/values";
import { fakeProvider } from "./fakeProvider";

const LOCAL = path.resolve(__dirname, "../../../../../.local");

/** Says what it has become, how a callback is packed, and whether TypeScript was loaded for that. */
const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { greeting } from "./greeting";

const callback = (name: string): string => \`\${greeting} \${name}\`;
export const said: string = greeting;
export const packed = pulumi.runtime.serializeFunction(callback).then(({ text }) => text);
export const commented = String(() => /* a comment */ 1);
export const withCompiler = Object.keys(require.cache).some((file) => file.endsWith("/typescript.js"));
export const environment = Object.keys(process.env).filter((name) => /^EMBEDDED_ENGINE_/.test(name));
`;

describe("a TypeScript program that starts as it last ended", function () {
  this.timeout(120_000);
  let folder: string;
  let cacheDirectory: string;
  beforeEach(() => {
    mkdirSync(LOCAL, { recursive: true });
    folder = mkdtempSync(path.join(LOCAL, "program-"));
    cacheDirectory = path.join(folder, "cache");
    write("Pulumi.yaml", "name: toy\nmain: index.ts\nruntime: nodejs\n");
    write("Pulumi.dev.yaml", "config: {}\n");
    write("package.json", "{}");
    write("tsconfig.json", '{ "extends": "./base.json" } // as TypeScript reads it\n');
    write("base.json", '{ "compilerOptions": { "types": [] } }');
    write("index.ts", PROGRAM);
    write("greeting.ts", 'export const greeting: string = "hello";\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (file: string, content: string) => writeFileSync(path.join(folder, file), content);
  const outputs = async (onEvent?: (event: ProgressEvent) => void) => {
    const { outputs } = await runProgram({
      projectDirectory: folder,
      stack: "dev",
      mode: "update",
      provider: fakeProvider(),
      random: seededRandom(1),
      cacheDirectory,
      ...(onEvent && { onEvent }),
    });
    return displayMap(outputs);
  };
  const failure = () =>
    outputs().then(
      () => expect.fail("the run succeeded"),
      (error: unknown) => String(error),
    );

  it("gives the same, without TypeScript, and sees nothing of how", async () => {
    const first = await outputs();
    expect(first).to.include({ said: "hello", withCompiler: true });
    expect(first.packed).to.include("hello");
    expect(first.environment).to.deep.equal([]);
    expect(await outputs()).to.deep.equal({ ...first, withCompiler: false });
  });

  it("sees a file that was edited, be its size and time the same", async () => {
    await outputs();
    const file = path.join(folder, "greeting.ts");
    const { atime, mtime } = statSync(file);
    write("greeting.ts", 'export const greeting: string = "salve";\n');
    utimesSync(file, atime, mtime);
    expect(await outputs()).to.include({ said: "salve", withCompiler: true });
    expect(await outputs()).to.include({ said: "salve", withCompiler: false });
  });

  it("sees other compiler settings, also of a file that its own extends", async () => {
    expect((await outputs()).commented).to.include("a comment");
    write("base.json", '{ "compilerOptions": { "removeComments": true, "types": [] } }');
    expect((await outputs()).commented).not.to.include("a comment");
    write("tsconfig.json", '{ "compilerOptions": { "types": [] } }');
    expect((await outputs()).commented).to.include("a comment");
  });

  it("takes a new file that an import means from now on", async () => {
    await outputs();
    write("greeting.js", 'exports.greeting = "from JavaScript";\n');
    expect((await outputs()).said).to.equal("from JavaScript");
  });

  it("fails in the same words and at the same line", async () => {
    await outputs();
    write(
      "greeting.ts",
      '\n\ninterface Unused {}\nthrow new Error("no greeting");\nexport const greeting = "";\n',
    );
    const first = (await failure()).split("\n").slice(0, 3);
    expect(first.join()).to.include("greeting.ts:4:7").and.to.include("no greeting");
    expect((await failure()).split("\n").slice(0, 3)).to.deep.equal(first);
  });

  it("tells a syntax error each time", async () => {
    await outputs();
    write("greeting.ts", "export const greeting = ;\n");
    expect(await failure()).to.include("greeting.ts");
    expect(await failure()).to.include("Expression expected");
  });

  it("starts twice at once", async () => {
    const both = await Promise.all([outputs(), outputs()]);
    for (const one of both) expect(one).to.include({ said: "hello" });
    expect(await outputs()).to.include({ said: "hello", withCompiler: false });
  });

  it("starts all the same where nothing can be written, or where what lies there is damaged", async () => {
    const remembered = path.join(cacheDirectory, "program", "remembered.bin");
    write("cache", "a file, where a folder should be");
    expect(await outputs()).to.include({ said: "hello", withCompiler: true });
    rmSync(cacheDirectory);
    await outputs();
    expect(existsSync(remembered)).to.equal(true);
    writeFileSync(remembered, "damaged");
    expect(await outputs()).to.include({ said: "hello", withCompiler: true });
    expect(await outputs()).to.include({ said: "hello", withCompiler: false });
  });

  it("shows its own lines for debugging, and none of the SDK's", async () => {
    write(
      "greeting.ts",
      'import { log } from "@pulumi/pulumi";\nvoid log.debug("mine");\nexport const greeting = "";\n',
    );
    const lines: string[] = [];
    await outputs((event) => {
      if (event.type === "log") lines.push(`${event.severity}: ${event.message}`);
    });
    expect(lines).to.deep.equal(["debug: mine"]);
  });
});
