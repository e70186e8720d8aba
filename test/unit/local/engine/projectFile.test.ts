import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { listStacks, type Project, ProjectError, readProject } from "../../../../local/engine/projectFile";

describe("a project's files", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "project-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const write = (name: string, content: string) => {
    writeFileSync(path.join(directory, name), content);
  };
  const read = (project: string, stack = "config: {}"): Project => {
    write("Pulumi.yaml", project);
    write("Pulumi.dev.yaml", stack);
    return readProject(directory, "dev");
  };

  it("give name, entry point and configuration", () => {
    write("app.ts", "");
    const project = read(
      "name: shop\nruntime: nodejs\nmain: app.ts\nconfig:\n  size: {type: integer, default: 3}\n  aws:region: eu-west-1",
    );
    expect(project).to.deep.equal({
      name: "shop",
      stack: "dev",
      directory,
      programDirectory: directory,
      entryPoint: "app.ts",
      typescript: true,
      config: { "shop:size": "3", "aws:region": "eu-west-1" },
      secretKeys: [],
    });
  });

  it("may name a folder as the program, and turn TypeScript off", () => {
    mkdirSync(path.join(directory, "app"));
    const project = read("name: shop\nruntime: {name: nodejs, options: {typescript: false}}\nmain: app");
    expect(project).to.include({
      programDirectory: path.join(directory, "app"),
      entryPoint: ".",
      typescript: false,
    });
  });

  it("may be empty for a stack", () => {
    expect(read("name: shop\nruntime: nodejs", "").config).to.deep.equal({});
  });

  it("list the stacks that exist when one is missing", () => {
    read("name: shop\nruntime: nodejs");
    write("Pulumi.prod.yaml", "");
    expect(listStacks(directory)).to.deep.equal(["dev", "prod"]);
    expect(() => readProject(directory, "staging"))
      .to.throw(ProjectError, 'stack "staging" does not exist')
      .with.property("message")
      .that.includes("stacks of this project: dev, prod");
  });

  const bad: [string, string, string | undefined, string][] = [
    ["no runtime", "name: shop", undefined, "Pulumi.yaml: runtime"],
    ["another language", "name: shop\nruntime: go", undefined, "Pulumi.yaml: runtime"],
    ["no YAML", "name: [", undefined, "Pulumi.yaml is not valid YAML"],
    [
      "a main that is not there",
      "name: shop\nruntime: nodejs\nmain: lost.ts",
      undefined,
      'main: got "lost.ts"',
    ],
    [
      "an unknown type of configuration",
      "name: shop\nruntime: nodejs\nconfig: {a: {type: text}}",
      undefined,
      "Pulumi.yaml: config.a: type",
    ],
    ["an environment", "name: shop\nruntime: nodejs", "environment: [shared]", "environment of Pulumi Cloud"],
    [
      "an encrypted value",
      "name: shop\nruntime: nodejs",
      "config: {shop:key: {secure: abc}}",
      "shop:key is encrypted",
    ],
  ];
  for (const [what, project, stack, message] of bad) {
    it(`with ${what} are an error that says so`, () => {
      expect(() => read(project, stack)).to.throw(ProjectError, message);
    });
  }

  it("are asked for where there are none", () => {
    expect(() => readProject(directory, "dev")).to.throw(ProjectError, "no Pulumi.yaml in");
  });
});
