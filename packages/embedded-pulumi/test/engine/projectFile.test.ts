import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import {
  ConfigurationError,
  hasStack,
  listStacks,
  type Project,
  ProjectError,
  readProject,
} from "../../src/engine/projectFile";

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
      nodeArguments: [],
      refreshes: false,
      tsconfig: undefined,
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

  it("need not hold a stack, as those that are published do not", () => {
    write(
      "Pulumi.yaml",
      "name: shop\nruntime: nodejs\nconfig: {size: {type: integer, default: 3}, aws:region: eu-west-1}",
    );
    expect(readProject(directory, "anyone").config).to.deep.equal({
      "aws:region": "eu-west-1",
      "shop:size": "3",
    });
    const given = new Map([["size", "big"]]);
    expect(() => readProject(directory, "dev", given)).to.throw(ConfigurationError, 'shop:size: got "big"');
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

  it("may lie in a folder of their own, which Pulumi.yaml names", () => {
    mkdirSync(path.join(directory, "stacks"));
    write("stacks/Pulumi.dev.yaml", "config: {shop:size: 7}");
    for (const where of ["stackConfigDir: stacks", "config: stacks"]) {
      write("Pulumi.dev.yaml", "config: {shop:size: 1}");
      write("Pulumi.yaml", `name: shop\nruntime: nodejs\n${where}`);
      expect(readProject(directory, "dev").config).to.deep.equal({ "shop:size": "7" });
    }
    expect(() => readProject(directory, "prod")).to.throw(
      ProjectError,
      `no ${path.join("stacks", "Pulumi.prod.yaml")}; stacks of this project: dev`,
    );
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\nstackConfigDir: stack");
    expect(() => readProject(directory, "dev")).to.throw(
      ProjectError,
      'Pulumi.yaml:3:1: stackConfigDir: got "stack"; expected a folder that exists',
    );
    mkdirSync(path.join(directory, "stack"));
    expect(readProject(directory, "dev").config).to.deep.equal({});
  });

  it("have a stack that has a file, and any while none has", () => {
    write("Pulumi.yaml", "name: shop\nruntime: nodejs");
    expect(hasStack(directory, "dev")).to.equal(true);
    write("Pulumi.prod.yaml", "");
    expect(hasStack(directory, "dev")).to.equal(false);
    expect(hasStack(directory, "prod")).to.equal(true);
  });

  it("give the runtime's options", () => {
    const project = read(
      `name: shop\nruntime:\n  name: nodejs\n  options:\n    nodeargs: --max-old-space-size=512 --require "./a b.cjs" 'c d'\n    tsconfig: tsconfig.pulumi.json\n    packagemanager: pnpm`,
    );
    expect(project.nodeArguments).to.deep.equal([
      "--max-old-space-size=512",
      "--require",
      "./a b.cjs",
      "c d",
    ]);
    expect(project.tsconfig).to.equal("tsconfig.pulumi.json");
  });

  it("may hold what matters to Pulumi elsewhere", () => {
    read(
      "name: shop\nruntime: nodejs\nauthor: a\ndescription: b\nlicense: MIT\nwebsite: c\ntemplate: {description: d}\nbackend: {url: 'file://.'}\noptions: {refresh: always}",
      "secretsprovider: passphrase\nencryptionsalt: v1:abc\nencryptedkey: abc\nenvironment: []\nconfig: {}",
    );
  });

  it("say whether an update refreshes first", () => {
    const refreshes = (options: string) => read(`name: shop\nruntime: nodejs\n${options}`).refreshes;
    expect(refreshes("options: {refresh: always}")).to.equal(true);
    for (const none of ["", "options:", "options: {}"]) expect(refreshes(none), none).to.equal(false);
  });

  for (const [range, met] of [
    [">=3.100.0", true],
    [">=3.0.0 <4.0.0", true],
    [">=3.0.0 <3.1.0 || >=3.200.0", true],
    ["3.x", true],
    [">=3.0.0 !3.1.2", true],
    [">=99.0.0", false],
    ["<3.0.0", false],
    ["!=3.x", false],
  ] as const) {
    it(`${met ? "are taken" : "are refused"} with requiredPulumiVersion ${range}`, () => {
      const reading = () => read(`name: shop\nruntime: nodejs\nrequiredPulumiVersion: "${range}"`);
      if (met) reading();
      else
        expect(reading).to.throw(
          ProjectError,
          /^Pulumi\.yaml:3:1: requiredPulumiVersion: expected .*; got \d+\.\d+\.\d+/,
        );
    });
  }

  it("name every value at fault, with its place, each on a line", () => {
    const project =
      "name: shop\nruntime: nodejs\nconfig:\n  size: {type: integer}\n  kind: {type: integer, default: x}";
    const stack = "config:\n  shop:sze: 3\n  aws:region: eu-wst-1\n  size: 4\n";
    const failure = () => read(project, stack);
    expect(failure).to.throw(ConfigurationError);
    try {
      failure();
    } catch (error) {
      expect((error as Error).message.split("\n")).to.deep.equal([
        "The configuration of stack dev is not valid:",
        '  shop:kind: got "x"; expected an integer (Pulumi.yaml:5:3)',
        "  shop:size: a key without a namespace; expected shop:KEY, such as shop:size (Pulumi.dev.yaml:4:3)",
        "  shop:sze: not declared in Pulumi.yaml; did you mean shop:size? (Pulumi.dev.yaml:2:3)",
        '  aws:region: got "eu-wst-1"; expected a region of AWS; did you mean eu-west-1? (aws:skipRegionValidation: true takes a newer one) (Pulumi.dev.yaml:3:3)',
      ]);
    }
  });

  const bad: [string, string, string | undefined, string | RegExp][] = [
    ["no runtime", "name: shop", undefined, "Pulumi.yaml:1:1: runtime: missing"],
    [
      "another language",
      "name: shop\nruntime: go",
      undefined,
      'Pulumi.yaml:2:1: runtime: got "go"; expected nodejs',
    ],
    ["nothing in them", "# nothing", undefined, "Pulumi.yaml:1:1: the file is empty"],
    ["a list", "- name", undefined, "Pulumi.yaml:1:1: expected keys and values"],
    [
      "a list for a stack",
      "name: shop\nruntime: nodejs",
      "- a",
      "Pulumi.dev.yaml:1:1: expected keys and values",
    ],
    [
      "a list of configuration",
      "name: shop\nruntime: nodejs",
      "config: [a]",
      "Pulumi.dev.yaml:1:1: config: got",
    ],
    [
      "a misspelt key",
      "name: shop\nruntime: nodejs\nman: a",
      undefined,
      "Pulumi.yaml:3:1: man: unknown key; did you mean main?",
    ],
    [
      "a misspelt key of a stack",
      "name: shop\nruntime: nodejs",
      "confg: {}",
      "confg: unknown key; did you mean config?",
    ],
    [
      "a misspelt option",
      "name: shop\nruntime: {name: nodejs, options: {nodeArgs: a}}",
      undefined,
      "runtime.options.nodeArgs: unknown key; did you mean nodeargs?",
    ],
    ...["never", "true", "'Always'", "[always]", ""].map((value): [string, string, undefined, RegExp] => [
      `refresh: ${value}`,
      `name: shop\nruntime: nodejs\noptions:\n  refresh: ${value}`,
      undefined,
      /^Pulumi\.yaml:4:3: options\.refresh: got .*; expected always; leave it out/,
    ]),
    [
      "a misspelt option of the project",
      "name: shop\nruntime: nodejs\noptions: {refrsh: always}",
      undefined,
      "options.refrsh: unknown key; did you mean refresh?",
    ],
    [
      "options that are none",
      "name: shop\nruntime: nodejs\noptions: always",
      undefined,
      'options: got "always"; expected keys and values',
    ],
    [
      "plugins",
      "name: shop\nruntime: nodejs\nplugins: {}",
      undefined,
      "plugins: plugins of the project's own are not supported",
    ],
    [
      "a range that is none",
      "name: shop\nruntime: nodejs\nrequiredPulumiVersion: new",
      undefined,
      'requiredPulumiVersion: got "new"; expected a range',
    ],
    [
      "a name with a colon",
      "name: 'a:b'\nruntime: nodejs",
      undefined,
      'name: got "a:b"; expected 1 to 100 letters',
    ],
    [
      "two faults",
      "nam: shop\nruntime: go",
      undefined,
      /name: missing.*\n.*nam: unknown key.*\n.*runtime: got/,
    ],
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
      'Pulumi.yaml:3:14: config.a.type: got "text"; expected one of string',
    ],
    ["an environment", "name: shop\nruntime: nodejs", "environment: [shared]", "environment of Pulumi Cloud"],
    [
      "an encrypted value",
      "name: shop\nruntime: nodejs",
      "config: {shop:key: {secure: abc}}",
      "shop:key: encrypted (secure:), and no passphrase is at hand; give a stand-in with --config key=VALUE (Pulumi.dev.yaml:1:10)",
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
