import { expect } from "chai";
import type { RunResult } from "../../src/engine/run";
import { Archive, Asset, type PropertyMap, Secret, UNKNOWN } from "../../src/engine/values";
import { takeSnapshot } from "../../src/preview/takeSnapshot";

/** A run that registered one resource with these inputs. */
function runOf(inputs: PropertyMap, outputs: PropertyMap = {}): RunResult {
  const resource = {
    urn: "urn:pulumi:dev::shop::custom:index:Thing::thing",
    type: "custom:index:Thing",
    name: "thing",
    custom: true,
    inputs,
    outputs,
    dependencies: [],
    propertyDependencies: {},
    protect: false,
  };
  return {
    project: {
      name: "shop",
      stack: "dev",
      directory: __dirname,
      programDirectory: __dirname,
      entryPoint: ".",
      typescript: true,
      nodeArguments: [],
      refreshes: false,
      tsconfig: undefined,
      config: { "shop:key": "hunter2", "shop:size": "1" },
      secretKeys: ["shop:key"],
    },
    resources: [resource],
    outputs: {},
  };
}

async function propertiesOf(inputs: PropertyMap, outputs?: PropertyMap) {
  const { resources } = await takeSnapshot(runOf(inputs, outputs), "http://127.0.0.1:1");
  return resources[0]?.properties;
}

const packageOf = async (files: Readonly<Record<string, string>>) => {
  const assets = Object.entries(files).map(([name, text]) => [name, new Asset({ text })] as const);
  return (await propertiesOf({ code: new Archive({ assets: Object.fromEntries(assets) }) }))?.code;
};

describe("takeSnapshot", () => {
  it("shows neither secrets nor secret configuration", async () => {
    const snapshot = await takeSnapshot(runOf({ password: new Secret("hunter2") }), "http://127.0.0.1:1");
    expect(snapshot.config).to.deep.equal({ "shop:key": "[secret]", "shop:size": "1" });
    expect(JSON.stringify(snapshot)).not.to.include("hunter2");
  });

  it("marks what is unknown", async () => {
    expect(await propertiesOf({ arn: UNKNOWN })).to.deep.equal({ arn: "[unknown]" });
  });

  it("counts the region that the provider gives", async () => {
    expect(await propertiesOf({}, { region: "eu-west-1", arn: "arn" })).to.deep.equal({
      region: "eu-west-1",
    });
  });

  it("gives equal packages equal words", async () => {
    const code = await packageOf({ "a.js": "one", "b.js": "two" });
    expect(code).to.match(/^package [0-9a-f]{12} \(0\.0 KB of code\)$/);
    expect(await packageOf({ "b.js": "two", "a.js": "one" })).to.equal(code);
  });

  it("tells packages apart by a file's content and name", async () => {
    const code = await packageOf({ "a.js": "one" });
    expect(await packageOf({ "a.js": "two" })).not.to.equal(code);
    expect(await packageOf({ "b.js": "one" })).not.to.equal(code);
  });

  it("does not mind from where packages were bundled, nor source maps", async () => {
    const here = await packageOf({ "a.js": '"node_modules/x/y.js"', "a.js.map": "1" });
    expect(await packageOf({ "a.js": '"../../../node_modules/x/y.js"', "a.js.map": "2" })).to.equal(here);
  });
});
