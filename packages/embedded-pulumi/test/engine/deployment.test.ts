import { expect } from "chai";
import { seededRandom } from "embedded-aws/support";
import { Deployment, DeploymentFailure, type Mode, RunEnded } from "../../src/engine/deployment";
import type { ProgressEvent } from "../../src/engine/progress";
import type { Registration } from "../../src/engine/registration";
import { Secret, UNKNOWN } from "../../src/engine/values";
import { type FakeProvider, fakeProvider } from "./endToEnd/fakeProvider";

const QUEUE = "aws:sqs/queue:Queue";

function registration(name: string, given: Partial<Registration> = {}): Registration {
  return {
    type: QUEUE,
    name,
    custom: true,
    inputs: {},
    dependencies: [],
    propertyDependencies: {},
    additionalSecretOutputs: [],
    ...given,
  };
}

interface Fixture {
  readonly deployment: Deployment;
  readonly provider: FakeProvider;
  readonly events: ProgressEvent[];
}

async function start(
  given: { mode?: Mode; seed?: number; parallel?: number; provider?: FakeProvider } = {},
): Promise<Fixture> {
  const provider = given.provider ?? fakeProvider();
  const events: ProgressEvent[] = [];
  const deployment = new Deployment({
    stackOutputs: () => ({}),
    project: "shop",
    stack: "dev",
    mode: given.mode ?? "update",
    provider,
    config: { "aws:region": "eu-west-1", "shop:size": "3" },
    random: seededRandom(given.seed ?? 1),
    parallel: given.parallel ?? 16,
    onEvent: (event) => events.push(event),
  });
  await deployment.register(registration("shop-dev", { type: "pulumi:pulumi:Stack", custom: false }));
  return { deployment, provider, events };
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

describe("a deployment", () => {
  it("gives names by seed and URN alone, whatever the order of registration", async () => {
    const names = async (order: string[], seed = 1) => {
      const { deployment } = await start({ seed });
      const resources = await Promise.all(order.map((name) => deployment.register(registration(name))));
      return Object.fromEntries(resources.map(({ name, inputs }) => [name, inputs.name]));
    };
    const first = await names(["a", "b"]);
    expect(await names(["b", "a"])).to.deep.equal(first);
    expect(await names(["a", "b"], 2)).not.to.deep.equal(first);
  });

  it("previews the names that an update would give", async () => {
    const update = await (await start()).deployment.register(registration("a"));
    const preview = await (await start({ mode: "preview" })).deployment.register(registration("a"));
    expect(preview.inputs).to.deep.equal(update.inputs);
  });

  it("gives the default provider the stack's configuration of its namespace only", async () => {
    const { deployment, provider } = await start();
    await deployment.register(registration("a"));
    expect(provider.created[0]?.config).to.deep.equal({ region: "eu-west-1" });
  });

  it("makes outputs secret that come from secret inputs or are named as secret", async () => {
    const { deployment } = await start();
    const { outputs } = await deployment.register(
      registration("a", { inputs: { url: new Secret("x"), open: "y" }, additionalSecretOutputs: ["arn"] }),
    );
    expect(outputs).to.deep.include({
      url: new Secret("https://a"),
      arn: new Secret("arn:a"),
      open: "y",
    });
  });

  it("refuses two resources of one URN", async () => {
    const { deployment } = await start();
    await deployment.register(registration("a"));
    const error = await failureOf(deployment.register(registration("a")));
    expect(error.message).to.match(
      /^aws:sqs\/queue:Queue "a": another resource has the same type, name and parent/,
    );
  });

  it("names a resource type that is not supported, in a preview too", async () => {
    const { deployment } = await start({ mode: "preview" });
    const error = await failureOf(
      deployment.register(registration("nil", { type: "aws:sqs/nothing:Nothing" })),
    );
    expect(error).to.be.instanceOf(DeploymentFailure);
    expect(error.message).to.equal('aws:sqs/nothing:Nothing "nil": this resource type is not supported');
  });

  it("ends for everyone at the first failure", async () => {
    const { deployment, provider } = await start();
    const error = await failureOf(deployment.register(registration("bad", { inputs: { fail: "no" } })));
    expect(deployment.failed.signal.reason).to.equal(error);
    expect(await failureOf(deployment.register(registration("next")))).to.be.instanceOf(RunEnded);
    expect(provider.created).to.deep.equal([]);
  });

  it("creates no more resources at once than it may, in order", async () => {
    const base = fakeProvider();
    const release: (() => void)[] = [];
    const provider: FakeProvider = {
      ...base,
      async create(request) {
        await new Promise<void>((resolve) => release.push(resolve));
        return base.create(request);
      },
    };
    const { deployment } = await start({ parallel: 2, provider });
    const all = Promise.all(["a", "b", "c"].map((name) => deployment.register(registration(name))));
    await new Promise(setImmediate);
    expect(release).to.have.length(2);
    release[0]?.();
    await new Promise(setImmediate);
    expect(release).to.have.length(3);
    for (const go of release) go();
    await all;
    expect(base.created.map(({ name }) => name).sort()).to.deep.equal(["a", "b", "c"]);
  });

  it("protects the children of a protected component", async () => {
    const { deployment } = await start();
    const component = await deployment.register(
      registration("c", { type: "shop:index:Data", custom: false, protect: true }),
    );
    const child = await deployment.register(registration("child", { parent: component.urn }));
    const open = await deployment.register(registration("open", { parent: component.urn, protect: false }));
    expect([child.protect, open.protect]).to.deep.equal([true, false]);
  });

  it("answers a function call in a preview, unless its arguments are unknown", async () => {
    const { deployment, provider } = await start({ mode: "preview" });
    expect(await deployment.invoke("aws:index/getRegion:getRegion", {}, undefined)).to.deep.equal({
      region: "eu-west-1",
    });
    expect(await deployment.invoke("aws:index/getRegion:getRegion", { id: UNKNOWN }, undefined)).to.equal(
      undefined,
    );
    expect(provider.invoked).to.have.length(1);
  });

  it("gives back a registered resource by its URN", async () => {
    const { deployment } = await start();
    const { urn, id, outputs } = await deployment.register(registration("a"));
    const found = await deployment.invoke("pulumi:pulumi:getResource", { urn }, undefined);
    expect(found).to.deep.equal({ urn, id, state: outputs });
  });
});
