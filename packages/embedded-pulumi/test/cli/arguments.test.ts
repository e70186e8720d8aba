import { expect } from "chai";
import {
  type CommandLine,
  configOverrides,
  helpText,
  parseCommandLine,
  sharedOptions,
  UsageError,
} from "../../src/cli/arguments";
import { previewLine } from "../../src/cli/preview";
import { startLine } from "../../src/cli/start";

const line: CommandLine = {
  usage: "npm run toy -- [options]",
  about: "Does nothing.",
  options: {
    count: { kind: "integer", value: "N", min: 1, max: 10, about: "how many" },
    name: { kind: "text", value: "NAME", about: "a name" },
    once: { kind: "flag", about: "one time" },
    config: sharedOptions.config,
  },
};

describe("a command line", () => {
  it("gives each option by its kind, and what was not given as nothing", () => {
    const given = parseCommandLine(["--count", "3", "--name=x", "--once"], line);
    expect([given.integer("count"), given.text("name"), given.has("once")]).to.deep.equal([3, "x", true]);
    const nothing = parseCommandLine([], line);
    expect([nothing.integer("count"), nothing.text("name"), nothing.has("once")]).to.deep.equal([
      undefined,
      undefined,
      false,
    ]);
  });

  it("takes configuration several times, the last one of a key", () => {
    const given = parseCommandLine(
      ["--config", "a=1", "--config", "aws:region=x", "--config", "a=b=c"],
      line,
    );
    expect([...configOverrides(given)]).to.deep.equal([
      ["a", "b=c"],
      ["aws:region", "x"],
    ]);
  });

  const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [
      ["--cuont", "3"],
      /^Unknown option '--cuont'; did you mean --count\? the options here are --count …, .*--help$/,
    ],
    [["-c", "3"], /^Unknown option '-c'/],
    [["--__proto__", "3"], /^Unknown option '--__proto__'/],
    [["--count", "11"], /^--count: got "11"; expected a whole number from 1 to 10$/],
    [["--count", "0x3"], /^--count: got "0x3"/],
    [["--count"], /^--count: expected a value, as in --count N$/],
    [["--count", "--once"], /^--count: expected a value/],
    [["--name", ""], /^--name: expected a value, as in --name NAME$/],
    [["--once=yes"], /^--once: got "yes"; expected no value$/],
    [["--count", "1", "--count", "2"], /^--count: given twice; expected once$/],
    [["stray"], /^unexpected "stray"; expected: npm run toy/],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      expect(() => parseCommandLine(args, line)).to.throw(UsageError, message);
    });
  }

  it("refuses configuration without a value", () => {
    const given = parseCommandLine(["--config", "key"], line);
    expect(() => configOverrides(given)).to.throw(UsageError, '--config: got "key"; expected KEY=VALUE');
  });

  for (const command of [startLine, previewLine]) {
    it(`has help that names every option: ${command.usage}`, () => {
      const help = helpText(command);
      expect(help).to.match(/^Usage: npx embedded-pulumi /);
      for (const [name, { about }] of Object.entries(command.options))
        expect(help).to.include(`--${name}`).and.include(about);
    });
  }
});
