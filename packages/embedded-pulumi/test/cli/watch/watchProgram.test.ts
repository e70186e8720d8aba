import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { type Shortcut, watchProgram } from "../../../src/cli/watch/watchProgram";
import type { Project } from "../../../src/engine/projectFile";

describe("the watch of a program", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "watched-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const projectOf = (): Project => ({
    name: "watched",
    stack: "dev",
    directory,
    programDirectory: directory,
    entryPoint: directory,
    typescript: true,
    tsconfig: undefined,
    nodeArguments: [],
    config: {},
    secretKeys: [],
    refreshes: false,
  });

  for (const answer of [{ kind: "done", names: ["a"] }, { kind: "run" }] as const)
    it(`applies nothing more, and tells of nothing, once it is closed, as what was saved is ${answer.kind}`, async () => {
      const asked = Promise.withResolvers<undefined>();
      const shortcut = Promise.withResolvers<Shortcut>();
      const done: string[] = [];
      const project = projectOf();
      const watch = watchProgram({
        deployment: {
          project,
          update: () => {
            done.push("updated");
            return Promise.reject(new Error("not of interest"));
          },
        },
        terminal: {
          print: (line = "") => done.push(line),
          printJson: () => undefined,
          signal: new AbortController().signal,
          interactive: false,
        },
        readProject: () => {
          done.push("read");
          return Promise.resolve(project);
        },
        shortcut: () => {
          asked.resolve(undefined);
          return shortcut.promise;
        },
        onApplied: () => done.push("applied"),
      });
      writeFileSync(path.join(directory, "index.ts"), "export {};\n");
      await asked.promise;
      const closed = watch.close();
      shortcut.resolve(answer);
      await closed;
      expect(done).to.deep.equal([]);
    });

  it("says that what was wrong is as it runs, once, when it is taken back", async () => {
    const project = projectOf();
    const shown: string[] = [];
    let answer: Shortcut = { kind: "none" };
    let asked = Promise.withResolvers<undefined>();
    const watch = watchProgram({
      deployment: { project, update: () => Promise.reject(new Error("not of interest")) },
      terminal: {
        print: (line = "") => shown.push(line.trim()),
        printJson: () => undefined,
        signal: new AbortController().signal,
        interactive: false,
      },
      readProject: () => Promise.resolve(project),
      shortcut: () => {
        asked.resolve(undefined);
        return Promise.resolve(answer);
      },
    });
    const save = async (file: string, text: string, becomes: Shortcut) => {
      answer = becomes;
      asked = Promise.withResolvers();
      writeFileSync(path.join(directory, file), text);
      await asked.promise;
      // What is shown comes in the turns after it.
      await new Promise((resolve) => setImmediate(resolve));
      return shown.splice(0);
    };
    const same = { kind: "done", names: [] } as const;
    const wrong = { kind: "wrong", reason: "a.ts: no" } as const;
    expect(await save("a.ts", "1", same)).to.deep.equal([]);
    expect(await save("a.ts", "2", wrong)).to.deep.equal(["a.ts: no\nWhat runs goes on as it was."]);
    expect(await save("other.ts", "1", { kind: "none" })).to.deep.equal([]);
    expect(await save("b.ts", "1", same)).to.deep.equal([]);
    expect(await save("a.ts", "1", same)).to.deep.equal(["a.ts as it runs: nothing to change"]);
    expect(await save("a.ts", "1 ", same)).to.deep.equal([]);
    await watch.close();
  });
});
