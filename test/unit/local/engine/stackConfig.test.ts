import { expect } from "chai";
import { type ConfigDeclaration, resolveConfig } from "../../../../local/engine/stackConfig";

const resolve = (declared: Record<string, ConfigDeclaration>, values: Record<string, unknown> = {}) =>
  resolveConfig("shop", declared, values);

describe("a stack's configuration", () => {
  it("takes a default where the stack sets nothing, and the stack's value where it does", () => {
    const declared = { size: { type: "integer", default: 3 } } as const;
    expect(resolve(declared).config).to.deep.equal({ "shop:size": "3" });
    expect(resolve(declared, { "shop:size": 5 }).config).to.deep.equal({ "shop:size": "5" });
    expect(resolve(declared, { size: 5 }).config).to.deep.equal({ "shop:size": "5" });
  });

  it("hands everything over as text, structures as JSON", () => {
    const values = { a: true, b: 1.5, c: "x", d: [1, "y"], "aws:defaultTags": { tags: { App: "shop" } } };
    expect(resolve({}, values).config).to.deep.equal({
      "shop:a": "true",
      "shop:b": "1.5",
      "shop:c": "x",
      "shop:d": '[1,"y"]',
      "aws:defaultTags": '{"tags":{"App":"shop"}}',
    });
  });

  it("keeps a false or zero default", () => {
    const declared = { on: { type: "boolean", default: false }, n: { type: "integer", default: 0 } } as const;
    expect(resolve(declared).config).to.deep.equal({ "shop:on": "false", "shop:n": "0" });
  });

  it("knows which keys are secret", () => {
    expect(resolve({ key: { secret: true, default: "x" } }).secretKeys).to.deep.equal(["shop:key"]);
  });

  it("reports every key that is missing or wrong at once", () => {
    const { errors } = resolve(
      { a: { type: "string" }, b: { type: "integer" }, "aws:region": {} },
      { b: "many", c: { secure: "v1:…" } },
    );
    expect(errors).to.deep.equal([
      "shop:a is not set and has no default",
      'shop:b: got "many"; expected an integer',
      "shop:c is encrypted (secure:) and the embedded engine has no passphrase for it; use a stack whose shop:c is plain",
    ]);
  });

  it("finds an encrypted value inside a structure", () => {
    expect(resolve({}, { db: { password: { secure: "v1:…" } } }).errors).to.have.length(1);
  });

  const types: [ConfigDeclaration, unknown, string | undefined][] = [
    [{ type: "string" }, 5, undefined],
    [{ type: "string" }, { a: 1 }, "a string"],
    [{ type: "boolean" }, "true", undefined],
    [{ type: "boolean" }, "yes", "a boolean"],
    [{ type: "integer" }, "12", undefined],
    [{ type: "integer" }, 1.5, "an integer"],
    [{ type: "integer" }, "", "an integer"],
    [{ type: "number" }, 1.5, undefined],
    [{ type: "object" }, [], "an object"],
    [{ type: "object" }, {}, undefined],
    [{ type: "array" }, "a,b", "an array"],
    [{ type: "array", items: { type: "integer" } }, [1, 2], undefined],
    [{ type: "array", items: { type: "integer" } }, [1, "x"], "an array with an integer in every place"],
    [{ type: "array", items: { type: "array", items: { type: "string" } } }, [["a"]], undefined],
  ];
  for (const [declaration, value, expected] of types) {
    it(`${expected === undefined ? "takes" : "refuses"} ${JSON.stringify(value)} for ${JSON.stringify(declaration)}`, () => {
      const { errors } = resolve({ key: declaration }, { key: value });
      expect(errors).to.deep.equal(
        expected === undefined ? [] : [`shop:key: got ${JSON.stringify(value)}; expected ${expected}`],
      );
    });
  }
});
