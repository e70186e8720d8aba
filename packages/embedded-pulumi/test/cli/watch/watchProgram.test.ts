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

  for (const answer of [{ kind: "done", names: ["a"] }, { kind: "run" }] as const)
    it(`applies nothing more, and tells of nothing, once it is closed, as what was saved is ${answer.kind}`, async () => {
      const asked = Promise.withResolvers<undefined>();
      const shortcut = Promise.withResolvers<Shortcut>();
      const done: string[] = [];
      const project: Project = {
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
      };
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
});
