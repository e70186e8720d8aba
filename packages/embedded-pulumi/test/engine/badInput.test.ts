import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { type ConfigDeclaration, resolveConfig } from "../../src/engine/stackConfig";
import { ProjectError } from "../../src/engine/projectError";
import { readYamlFile } from "../../src/engine/yamlFile";
import { badDocuments, badTexts, badValues, isUtf8 } from "../../../embedded-aws/test/support/badInput";

const TYPES = ["string", "boolean", "integer", "number", "array", "object", undefined] as const;
const KEYS = [
  "shop:key",
  "aws:region",
  "pulumi:tags",
  "pulumi:autonaming",
  "pulumi:disable-default-providers",
];

describe("bad input in a stack's configuration", () => {
  afterEach(() => {
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });

  for (const type of TYPES) {
    it(`is handed on as text, or refused briefly: declared ${type ?? "without a type"}`, () => {
      const declared: Record<string, ConfigDeclaration> = { key: type === undefined ? {} : { type } };
      for (const key of type === undefined ? KEYS : ["shop:key"])
        for (const { name, content } of [...badValues, ...badTexts]) {
          const value: unknown = JSON.parse(content);
          for (const { config, problems } of [
            resolveConfig("shop", declared, { "shop:key": 1, [key]: value }),
            resolveConfig("shop", declared, { "shop:key": 1 }, new Map([[key, content]])),
          ]) {
            for (const { reason } of problems) expect(reason.length, `${key}: ${name}`).to.be.below(600);
            expect(typeof (config[key] ?? ""), name).to.equal("string");
          }
        }
    });
  }

  it("of thousands of levels is refused by them, from the file and from the command line", () => {
    const declared = { key: { type: "array" } } as const;
    for (const levels of [101, 5_000, 100_000]) {
      const text = "[".repeat(levels) + "]".repeat(levels);
      for (const { problems } of [
        resolveConfig("shop", declared, { "shop:key": JSON.parse(text) as unknown }),
        resolveConfig("shop", declared, {}, new Map([["key", text]])),
      ])
        expect(problems.map(({ reason }) => reason)).to.deep.equal([
          "nested deeper than 100 levels; expected the settings of a project",
        ]);
    }
  });

  describe("as a file", () => {
    let file: string;
    before(() => {
      file = path.join(mkdtempSync(path.join(tmpdir(), "bad-")), "Pulumi.dev.yaml");
    });
    after(() => {
      rmSync(path.dirname(file), { recursive: true });
    });

    for (const { name, content } of badDocuments('{"config":{"shop:key":"é"}}')) {
      it(`is plain data, or an error that names the file: ${name}`, () => {
        writeFileSync(file, content);
        const started = performance.now();
        let refused: unknown;
        try {
          readYamlFile(file);
        } catch (error) {
          refused = error;
        }
        expect(performance.now() - started, "milliseconds").to.be.below(5_000);
        if (refused === undefined) expect(isUtf8(content)).to.equal(true);
        else
          expect(refused)
            .to.be.instanceOf(ProjectError)
            .with.property("message")
            .that.matches(/^Pulumi\.dev\.yaml/)
            .and.has.length.below(10_000);
      });
    }

    it("of a megabyte that nests by its indentation is refused, in seconds", () => {
      let text = "";
      for (let level = 0; text.length < 900_000; level++) text += `${" ".repeat(level)}a:\n`;
      writeFileSync(file, text);
      const started = performance.now();
      expect(() => {
        readYamlFile(file);
      }).to.throw(ProjectError, "Pulumi.dev.yaml is nested deeper than 100 levels");
      expect(performance.now() - started, "milliseconds").to.be.below(10_000);
    });
  });
});
