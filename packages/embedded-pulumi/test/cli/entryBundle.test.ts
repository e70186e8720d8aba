import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";

const { entryBundle } = createRequire(__filename)("../../bin/entryBundle.cjs") as {
  readonly entryBundle: (options: {
    readonly entry: string;
    readonly directory: string;
    readonly settings: { readonly version: string; readonly files: readonly string[] };
    readonly bundle: () => {
      readonly code: string;
      readonly map: string;
      readonly inputs: readonly string[];
    };
  }) => { readonly code: string; readonly mapUrl: string };
};
const LOADER = path.join(__dirname, "../../bin/load.cjs");
/** What esbuild may make, and more than a cut leaves of it. */
const MADE = {
  code: "exports.run = () => console.log('made');\n",
  map: '{"version":3,"sources":[],"names":[],"mappings":""}',
};

describe("the bundle of a command line", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "entry-bundle-"));
    write("package.json", '{"name":"shop","dependencies":{}}');
    write("main.ts", 'import { text } from "./said";\nexport const run = () => console.log(text);\n');
    write("said/index.ts", 'export const text: string = "first";\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (file: string, content: string) => {
    const place = path.join(folder, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, content);
  };
  const kept = (file: string) => path.join(folder, ".local/cache/command-line", file);

  /** What the command line prints; it is started in a process of its own, as people start it. */
  const run = (...nodeOptions: readonly string[]): string => {
    const options = {
      entry: path.join(folder, "main.ts"),
      manifests: [path.join(folder, "package.json")],
      local: path.join(folder, ".local"),
      upgrade: "",
      install: "npm ci",
    };
    const code = `require(${JSON.stringify(LOADER)})(${JSON.stringify(options)})`;
    const { stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, "-e", code], {
      encoding: "utf8",
      cwd: tmpdir(),
      env: { ...process.env, LOCAL_DIRECTORY: "" },
    });
    return stdout.trim() || stderr;
  };

  it("is made once, and taken again while nothing changes", () => {
    expect(run()).to.equal("first");
    const { ino } = statSync(kept("main.cjs"));
    expect(run()).to.equal("first");
    expect(statSync(kept("main.cjs")).ino).to.equal(ino);
  });

  it("is made where a folder's name looks like a pattern", function () {
    if (process.platform === "win32") this.skip();
    const outer = folder;
    folder = path.join(outer, "a*b");
    try {
      write("package.json", '{"name":"shop","dependencies":{}}');
      write("main.ts", 'export const run = () => console.log("there");\n');
      expect(run()).to.equal("there");
    } finally {
      folder = outer;
    }
  });

  it("is made anew when a source changes, be its size and time the same", () => {
    run();
    const { atime, mtime } = statSync(path.join(folder, "said/index.ts"));
    write("said/index.ts", 'export const text: string = "other";\n');
    utimesSync(path.join(folder, "said/index.ts"), atime, mtime);
    expect(run()).to.equal("other");
  });

  it("is made anew when another file is what an import means", () => {
    run();
    write("said.ts", 'export const text = "shadowing";\n');
    expect(run()).to.equal("shadowing");
  });

  it("is made anew when a manifest or the compiler's settings change", () => {
    run();
    const made = () => readFileSync(kept("main.json"), "utf8");
    const before = made();
    write("package.json", '{"name":"shop","dependencies":{"left-pad":"1.0.0"}}');
    expect(run()).to.equal("first");
    const after = made();
    expect(after).not.to.equal(before);
    write("tsconfig.json", '{"compilerOptions":{"useDefineForClassFields":false}}');
    expect(run()).to.equal("first");
    expect(made()).not.to.equal(after);
  });

  for (const [what, spoil] of [
    ["is cut off", (file: string) => writeFileSync(file, readFileSync(file, "utf8").slice(0, 20))],
    ["was changed by somebody", (file: string) => writeFileSync(file, "exports.run = () => console.log(0);")],
    ["is gone", (file: string) => rmSync(file)],
  ] as const) {
    for (const file of ["main.cjs", "main.cjs.map", "main.json"]) {
      it(`is made anew when what is kept ${what}: ${file}`, () => {
        let made = 0;
        const take = () =>
          entryBundle({
            entry: path.join(folder, "main.ts"),
            directory: path.dirname(kept(file)),
            settings: { version: "1", files: [] },
            bundle: () => {
              made++;
              // Of a file that was there long before: what is written meanwhile is not kept.
              return { code: MADE.code, map: MADE.map, inputs: [LOADER] };
            },
          }).code;
        take();
        const map = readFileSync(kept("main.cjs.map"), "utf8");
        take();
        expect(made).to.equal(1);
        spoil(kept(file));
        expect(take()).to.equal(MADE.code);
        expect(made).to.equal(2);
        expect(readFileSync(kept("main.cjs.map"), "utf8")).to.equal(map);
      });
    }
  }

  it("is made each time where nothing can be kept", () => {
    write(".local/cache/command-line", "a file, where a folder should be");
    expect(run()).to.equal("first");
    expect(run()).to.equal("first");
  });

  /** As if all had been written long before what is kept. */
  const age = () => {
    const later = new Date(Date.now() + 60_000);
    utimesSync(kept("main.json"), later, later);
  };

  it("is taken without a look into files that nobody has written to since", () => {
    run();
    const manifest = JSON.parse(readFileSync(kept("main.json"), "utf8")) as object;
    writeFileSync(kept("main.json"), JSON.stringify({ ...manifest, contents: "not looked at" }));
    age();
    const { ino } = statSync(kept("main.cjs"));
    expect(run()).to.equal("first");
    expect(statSync(kept("main.cjs")).ino).to.equal(ino);
  });

  it("is made anew when a source changes then, be its size and time the same", () => {
    run();
    age();
    const { atime, mtime } = statSync(path.join(folder, "said/index.ts"));
    write("said/index.ts", 'export const text: string = "other";\n');
    utimesSync(path.join(folder, "said/index.ts"), atime, mtime);
    expect(run()).to.equal("other");
  });

  it("is made anew when another file is what an import means then", () => {
    run();
    age();
    write("said.ts", 'export const text = "shadowing";\n');
    expect(run()).to.equal("shadowing");
  });

  it("is taken when files are written again as they were, and not looked into the time after", () => {
    run();
    write("said/index.ts", readFileSync(path.join(folder, "said/index.ts"), "utf8"));
    const { ino } = statSync(kept("main.cjs"));
    const manifest = readFileSync(kept("main.json"), "utf8");
    expect(run()).to.equal("first");
    expect(statSync(kept("main.cjs")).ino).to.equal(ino);
    expect(readFileSync(kept("main.json"), "utf8")).not.to.equal(manifest);
  });

  it("is not kept when a source is saved while it is made", () => {
    const directory = path.join(folder, "kept");
    const source = path.join(folder, "said/index.ts");
    const make = (code: string, meanwhile: () => unknown = () => undefined) =>
      entryBundle({
        entry: path.join(folder, "main.ts"),
        directory,
        settings: { version: "1", files: [] },
        bundle: () => {
          meanwhile();
          return { code, map: "{}", inputs: [source] };
        },
      });
    expect(make("old;\n", () => write("said/index.ts", "new")).code).to.equal("old;\n");
    expect(make("new;\n").code).to.equal("new;\n");
  });

  it("names files and lines of the sources in stacks, whether its map is kept or not", () => {
    const thrown = /said\/index\.ts:2:\d+\)/;
    write("said/index.ts", 'export const text: string = "first";\n(() => { throw new Error("here"); })();\n');
    expect(run()).to.match(thrown);
    expect(run()).to.match(thrown);
    expect(run("--inspect=127.0.0.1:0")).to.match(thrown);
    rmSync(path.join(folder, ".local/cache/command-line"), { recursive: true });
    write(".local/cache/command-line", "a file, where a folder should be");
    expect(run()).to.match(thrown);
  });

  it("names them in the stack of what fails later, and shows the line of what nobody catches", () => {
    write(
      "main.ts",
      "export const run = () => {\n  setImmediate(() => {\n    throw new Error('late');\n  });\n};\n",
    );
    for (const told of [run(), run()]) {
      expect(told).to.match(/main\.ts:3:\d+\)/);
      expect(told).to.include("throw new Error('late');");
    }
  });

  it("tells of a source that does not compile, and again until it does", () => {
    run();
    write("said/index.ts", "export const text = ;\n");
    expect(run()).to.match(/Unexpected/);
    expect(run()).to.match(/Unexpected/);
    write("said/index.ts", 'export const text = "mended";\n');
    expect(run()).to.equal("mended");
  });
});
