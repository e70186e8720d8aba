import { expect } from "chai";
import { type ConfigDeclaration, resolveConfig } from "../../src/engine/stackConfig";

const resolve = (declared: Record<string, ConfigDeclaration>, values: Record<string, unknown> = {}) =>
  resolveConfig("shop", declared, values);
const reasons = (...args: Parameters<typeof resolve>) =>
  resolve(...args).problems.map(({ key, reason }) => `${key}: ${reason}`);

describe("a stack's configuration", () => {
  it("takes a default where the stack sets nothing, and the stack's value where it does", () => {
    const declared = { size: { type: "integer", default: 3 } } as const;
    expect(resolve(declared).config).to.deep.equal({ "shop:size": "3" });
    expect(resolve(declared, { "shop:size": 5 }).config).to.deep.equal({ "shop:size": "5" });
  });

  it("hands everything over as text, structures as JSON", () => {
    const values = {
      "shop:a": true,
      "shop:b": 1.5,
      "shop:c": "x",
      "shop:d": [1, "y"],
      "aws:defaultTags": { tags: { App: "shop" } },
    };
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
    const found = reasons(
      { a: { type: "string" }, b: { type: "integer" }, c: {}, "aws:region": {} },
      { "shop:b": "many", "shop:c": { secure: "v1:…" } },
    );
    expect(found).to.deep.equal([
      "shop:a: not set, and has no default",
      'shop:b: got "many"; expected an integer',
      "shop:c: encrypted (secure:), and no passphrase is at hand; give a stand-in with --config c=VALUE",
    ]);
  });

  it("finds an encrypted value inside a structure", () => {
    expect(reasons({}, { "shop:db": { password: { secure: "v1:…" } } })).to.have.length(1);
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
      expect(reasons({ key: declaration }, { "shop:key": value })).to.deep.equal(
        expected === undefined ? [] : [`shop:key: got ${JSON.stringify(value)}; expected ${expected}`],
      );
    });
  }

  const declared: Record<string, ConfigDeclaration> = {
    batchSize: { type: "integer", default: 10 },
    password: { type: "string", secret: true, default: "" },
    subnets: { type: "array", items: { type: "string" }, default: [] },
  };
  const keys: readonly (readonly [written: string, value: unknown, expected: string | undefined])[] = [
    ["shop:batchSize", 5, undefined],
    ["shop:batchSze", 5, "shop:batchSze: not declared in Pulumi.yaml; did you mean shop:batchSize?"],
    ["shop:entirelyDifferent", 5, "shop:entirelyDifferent: not declared in Pulumi.yaml"],
    ["shop:region", "x", "shop:region: not declared in Pulumi.yaml; did you mean aws:region?"],
    ["batchSize", 5, "shop:batchSize: a key without a namespace; expected shop:KEY, such as shop:batchSize"],
    ["batchsize", 5, "shop:batchsize: a key without a namespace; expected shop:KEY, such as shop:batchSize"],
    ["region", "x", "shop:region: a key without a namespace; expected shop:KEY, such as aws:region"],
    ["shp:batchSize", 5, "shp:batchSize: no namespace that this project knows; did you mean shop:batchSize?"],
    [
      "other:batchSize",
      5,
      "other:batchSize: no namespace that this project knows; did you mean shop:batchSize?",
    ],
    ["other:own", 5, undefined],
    ["aws:regoin", "eu-west-1", "aws:regoin: not a setting of the AWS provider; did you mean aws:region?"],
    ["aws:batchSize", 5, "aws:batchSize: not a setting of the AWS provider; did you mean shop:batchSize?"],
    ["aws:profile", "shop", undefined],
    ["pulumi:autonamng", {}, "pulumi:autonamng: not a setting of Pulumi; did you mean pulumi:autonaming?"],
    ["pulumi:tags", { team: "shop" }, undefined],
    ["pulumi:tags", ["shop"], 'pulumi:tags: got ["shop"]; expected a text for each tag'],
    [
      "pulumi:disable-default-providers",
      "aws",
      'pulumi:disable-default-providers: got "aws"; expected a list of packages, such as [aws], or ["*"]',
    ],
    ["pulumi:autonaming", { mode: "verbatim" }, undefined],
    ["aws:region", "eu-west-1", undefined],
    ["aws:region", "us-gov-west-1", undefined],
    [
      "aws:region",
      "eu-wst-1",
      'aws:region: got "eu-wst-1"; expected a region of AWS; did you mean eu-west-1? (aws:skipRegionValidation: true takes a newer one)',
    ],
    [
      "shop:password",
      "plain",
      "shop:password: declared secret in Pulumi.yaml, but not encrypted; set it with: pulumi config set --secret",
    ],
    ["shop:__proto__", 1, "shop:__proto__: not declared in Pulumi.yaml"],
    ["__proto__", 1, "shop:__proto__: a key without a namespace; expected shop:KEY"],
  ];
  for (const [written, value, expected] of keys) {
    it(`${expected === undefined ? "takes" : "refuses"} ${written}: ${JSON.stringify(value)}`, () => {
      const values = Object.fromEntries([[written, value]]);
      expect(reasons(declared, values)).to.deep.equal(expected === undefined ? [] : [expected]);
    });
  }

  it("takes a region that nobody knows yet, when it is told to", () => {
    const values = { "aws:region": "eu-north-9", "aws:skipRegionValidation": true };
    expect(reasons({}, values)).to.deep.equal([]);
  });

  it("takes any key of a project that declares none", () => {
    expect(resolve({ "aws:region": { value: "eu-west-1" } }, { "shop:anything": 1 })).to.deep.equal({
      config: { "aws:region": "eu-west-1", "shop:anything": "1" },
      secretKeys: [],
      problems: [],
    });
  });

  it("checks what Pulumi.yaml sets of other namespaces as well", () => {
    expect(reasons({ "aws:regoin": { value: "eu-west-1" } })).to.deep.equal([
      "aws:regoin: not a setting of the AWS provider; did you mean aws:region?",
    ]);
  });

  describe("from the command line", () => {
    const override = (values: Record<string, unknown>, given: Record<string, string>) =>
      resolveConfig("shop", declared, values, new Map(Object.entries(given)));

    it("wins over the stack's file, with the project's namespace or without", () => {
      const { config, problems } = override(
        { "shop:batchSize": 5, "aws:region": "eu-west-1" },
        { batchSize: "7", "aws:region": "eu-west-2", "shop:subnets": '["a"]' },
      );
      expect(problems).to.deep.equal([]);
      expect(config).to.deep.include({
        "shop:batchSize": "7",
        "aws:region": "eu-west-2",
        "shop:subnets": '["a"]',
      });
    });

    it("stands in for what is encrypted, and stays secret", () => {
      const { config, secretKeys, problems } = override(
        { "shop:password": { secure: "v1:abc" } },
        { password: "stand-in" },
      );
      expect(problems).to.deep.equal([]);
      expect(config["shop:password"]).to.equal("stand-in");
      expect(secretKeys).to.deep.equal(["shop:password"]);
    });

    it("is held to the same rules", () => {
      const { problems } = override(
        {},
        { batchSize: "many", batchSze: "1", "aws:region": "mars", subnets: "a" },
      );
      expect(problems.map(({ key, reason }) => `${key}: ${reason.split(";")[0] ?? ""}`)).to.deep.equal([
        'shop:batchSize: got "many"',
        "shop:batchSze: not declared in Pulumi.yaml",
        'shop:subnets: got "a"',
        'aws:region: got "mars"',
      ]);
    });
  });
});
