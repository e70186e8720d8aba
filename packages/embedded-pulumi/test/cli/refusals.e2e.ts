import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";

const COMMAND = path.resolve(__dirname, "../../bin/embedded-pulumi.cjs");
const LOCAL = path.resolve(__dirname, "../../../../.local");

/** A project as people publish it: without a stack's file. */
describe("the command, in the folder of anyone's project,", function () {
  this.timeout(60_000);
  let directory: string;
  beforeEach(() => {
    mkdirSync(LOCAL, { recursive: true });
    directory = mkdtempSync(path.join(LOCAL, "program-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const run = (project: string, ...args: string[]) => {
    writeFileSync(path.join(directory, "Pulumi.yaml"), project);
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
      cwd: directory,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  for (const command of ["start", "preview"])
    it(`says in one line what is wrong with Pulumi.yaml: ${command}`, () => {
      const { status, stderr } = run("name: ${PROJECT}\nruntime: nodejs\n", command);
      expect(stderr).to.match(/^Pulumi\.yaml:1:1: name: got "\$\{PROJECT\}"; expected [^\n]*\n$/);
      expect(status).to.equal(1);
    });

  it("deploys it as its stack dev", () => {
    writeFileSync(
      path.join(directory, "program.cjs"),
      'const pulumi = require("@pulumi/pulumi"); exports.stack = pulumi.getStack();',
    );
    const project =
      "name: toy\nmain: program.cjs\nruntime: { name: nodejs, options: { typescript: false } }\n";
    const { status, stdout, stderr } = run(project, "start", "--once", "--json", "--port", "0");
    expect(stderr).to.include("Updating (dev)");
    expect(JSON.parse(stdout)).to.deep.equal({ resources: 1, outputs: { stack: "dev" } });
    expect(status).to.equal(0);
  });
});
