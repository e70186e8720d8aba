import { createRequire } from "node:module";
import { globSync } from "node:fs";
import Mocha from "mocha";

/**
 * Stryker's test runner for mocha 12, by mocha's public interface; Stryker's own one reads files of mocha's that it no
 * longer has. Test files are loaded once; a changed place of the code is switched on from outside, by a global.
 */
class MochaRunner {
  #mocha;
  #stryker = (globalThis.__stryker__ ??= {});

  constructor({ mochaFiles, mochaRequire }) {
    this.files = mochaFiles.flatMap((pattern) => globSync(pattern)).map((file) => `${process.cwd()}/${file}`);
    this.require = mochaRequire;
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    const require = createRequire(`${process.cwd()}/package.json`);
    for (const module of this.require) require(module);
    // A test that hangs is ended with its process, by Stryker.
    this.#mocha = new Mocha({ timeout: 0, reporter: class {} });
    this.#mocha.cleanReferencesAfterRun(false);
    for (const file of this.files) this.#mocha.addFile(file);
    this.#mocha.suite.beforeEach("which test is it", function () {
      globalThis.__stryker__.currentTestId = this.currentTest?.fullTitle();
    });
  }

  async dryRun() {
    const tests = await this.#run(false);
    return { status: "complete", tests, mutantCoverage: this.#stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    this.#stryker.hitLimit = hitLimit;
    this.#stryker.hitCount = hitLimit === undefined ? undefined : 0;
    const exactly = testFilter?.map((title) => `^${RegExp.escape(title)}$`).join("|");
    this.#mocha.grep(new RegExp(exactly ?? ""));
    const tests = await this.#run(true, activeMutant.id, mutantActivation === "static");
    if (hitLimit !== undefined && this.#stryker.hitCount > hitLimit)
      return { status: "timeout", reason: "a loop does not end" };
    const failed = tests.filter(({ status }) => status === FAILED);
    const nrOfTests = tests.length;
    return failed.length === 0
      ? { status: "survived", nrOfTests }
      : {
          status: "killed",
          nrOfTests,
          killedBy: failed.map(({ id }) => id),
          failureMessage: failed[0].failureMessage,
        };
  }

  async #run(bail, mutant, fromTheStart) {
    if (this.loaded !== true) {
      if (fromTheStart) this.#stryker.activeMutant = mutant;
      this.#mocha.loadFiles();
      this.loaded = true;
    }
    this.#stryker.activeMutant = mutant;
    setBail(this.#mocha.suite, bail);
    const tests = [];
    const add = (test, more) =>
      tests.push({ id: test.fullTitle(), name: test.fullTitle(), timeSpentMs: test.duration ?? 0, ...more });
    await new Promise((resolve) => {
      const run = this.#mocha.run(resolve);
      run.on("pass", (test) => add(test, { status: SUCCEEDED }));
      run.on("pending", (test) => add(test, { status: SKIPPED }));
      run.on("fail", (test, error) =>
        add(test, { status: FAILED, failureMessage: String(error?.message ?? error) }),
      );
    });
    return tests;
  }

  dispose() {
    this.#mocha?.dispose();
  }
}

// Stryker's `TestStatus`.
const [SUCCEEDED, FAILED, SKIPPED] = [0, 1, 2];

function setBail(suite, bail) {
  suite.bail(bail);
  for (const child of suite.suites) setBail(child, bail);
}

const create = (options) => new MochaRunner(options);
create.inject = ["options"];

export const strykerPlugins = [{ kind: "TestRunner", name: "mocha12", factory: create }];
