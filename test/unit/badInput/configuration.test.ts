import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { anyJsonText, badTexts, badValues } from "../../../packages/embedded-aws/test/support/badInput";
import { configurationKey, type ArgumentTable } from "../../../components/parts/argumentTable";
import { configurationTables, readConfiguration } from "../../../config";
import { runs } from "../../support/runs";
import { configure, type Configuration } from "../support/program";
import { recordResources } from "../support/recordResources";

const IMAGE = "ami-0123456789abcdef0";
const keys = Object.entries(configurationTables).flatMap(([prefix, table]) =>
  Object.entries<ArgumentTable[string]>(table).map(([name, argument]) =>
    configurationKey(prefix, name, argument),
  ),
);

/** What a stack that sets this is told; undefined when it is taken. */
function problemsOf(configuration: Configuration): string | undefined {
  configure({ scalerAmiId: IMAGE, ...configuration });
  try {
    readConfiguration();
    return undefined;
  } catch (error) {
    if (error instanceof pulumi.RunError) return error.message;
    throw error;
  }
}

/** A line for each problem, which names key, value and expectation, and is no longer than a person reads. */
function checkMessage(message: string, what: string): void {
  const lines = message.split("\n");
  expect(lines[0], what).to.match(/^The configuration of stack \S+ is not valid:$/);
  const problems = lines.filter((line) => line.startsWith("  "));
  expect(problems, what).not.to.have.length(0);
  for (const line of problems) {
    expect(line, what).to.match(
      /^ {2}event-driven-aws:\S{0,250}: (got .*; expected|\[?.*: got .*; expected|not (set|declared)|got .* with(out)? |expected )/,
    );
    expect(line.length, what).to.be.below(2_000);
  }
}

/** What a value needs beside it to be judged for itself. */
const COMPANIONS: Readonly<Record<string, Configuration>> = {
  ordersApiJwtAudiences: { ordersApiJwtIssuer: "https://issuer.example" },
  scalerAmiSsmParameter: { scalerAmiId: "", scalerMetric: "InstanceType" },
};
/** Any text is one. */
const FREE = ["scalerUserData"];
/** Each key reads each of them, which takes its time: of the huge ones, one of a kind, or one at all. */
const HUGE = ["200,000 characters", "lists 100,000 levels deep", "a list of 100,000 nulls"].slice(0, runs(3));

const chosen = [...badValues, ...badTexts].filter(
  ({ name, content }) => content.length < 20_000 || HUGE.includes(name),
);
const given = chosen.flatMap(({ name, content }) => {
  const value: unknown = JSON.parse(content);
  return [
    { name, text: content },
    // As a text of its own, which need not be JSON.
    ...(typeof value === "string" ? [{ name: `${name}, bare`, text: value }] : []),
  ];
});

/** Of a key: with ALL_RUNS all, else every third, another third for the key beside it. */
const SHARE = runs(3) === 3 ? 1 : 3;
const givenTo = (place: number) => given.filter((_, index) => (index + place) % SHARE === 0);

describe("bad configuration", function () {
  this.timeout(60_000);
  before(() => {
    recordResources();
  });
  afterEach(() => {
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });

  for (const [place, key] of [...new Set(keys)].entries()) {
    it(`is refused by key, value and expectation: ${key}`, () => {
      const tried = givenTo(place);
      let refused = 0;
      for (const { name, text } of tried) {
        const message = problemsOf({ ...COMPANIONS[key], [key]: text });
        if (message === undefined) continue;
        refused++;
        checkMessage(message, name);
        expect(message, name).to.contain(`event-driven-aws:${key}: `);
      }
      // Some is true, some a text of some kind; most is neither.
      expect(refused).to.be.above(FREE.includes(key) ? 0 : tried.length * 0.5);
    });
  }

  it("of a secret key shows nothing of the value", () => {
    const before = process.env.PULUMI_CONFIG_SECRET_KEYS;
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(["event-driven-aws:alarmEmail"]);
    try {
      expect(problemsOf({ alarmEmail: "swordfish" }))
        .to.contain("a secret value")
        .and.not.contain("swordfish");
    } finally {
      if (before === undefined) delete process.env.PULUMI_CONFIG_SECRET_KEYS;
      else process.env.PULUMI_CONFIG_SECRET_KEYS = before;
    }
  });

  it("under keys that nobody declared is refused by them", () => {
    for (const key of [
      "__proto__",
      "constructor",
      "toString",
      "x".repeat(50_000),
      "ordersBatchSize\u0000",
      "é",
    ]) {
      const message = problemsOf(Object.fromEntries([[key, "1"]])) ?? "accepted";
      expect(message).to.contain("not declared in Pulumi.yaml");
      expect(message.length).to.be.below(2_000);
    }
  });

  it("is told of in one message, whatever of it is wrong", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), anyJsonText, { maxKeys: 6, noNullPrototype: true }),
        (configuration) => {
          const message = problemsOf(configuration);
          if (message !== undefined) checkMessage(message, JSON.stringify(configuration).slice(0, 500));
        },
      ),
    );
  });
});
