import { expect } from "chai";
import { Checkpoint, type StandingRecord } from "../../src/engine/checkpoint";
import { refresh } from "../../src/engine/refresh";
import type { StandingResource } from "../../src/engine/provider";
import { type PropertyMap, Secret } from "../../src/engine/values";
import { fakeProvider } from "./endToEnd/fakeProvider";

function record(name: string, inputs: PropertyMap): StandingRecord {
  const dependencies = { dependencies: [], propertyDependencies: {} };
  const resource = {
    urn: `urn:${name}`,
    type: "aws:sqs/queue:Queue",
    name,
    id: `id-of-${name}`,
    custom: true,
  };
  return {
    resource: { ...resource, ...dependencies, inputs, outputs: { ...inputs, arn: "a" }, protect: false },
    compared: { size: 1, kept: true },
    filledIn: [],
    generation: 0,
    config: {},
    retainOnDelete: false,
  };
}

describe("a refresh", () => {
  const stack = (...records: StandingRecord[]) => {
    const checkpoint = new Checkpoint();
    for (const each of records) checkpoint.put(each);
    return checkpoint;
  };

  it("tells of nothing, and leaves all as it was, where nothing differs", async () => {
    const one = record("a", { size: 1, key: new Secret("s") });
    const checkpoint = stack(one);
    expect(await refresh(checkpoint, fakeProvider())).to.deep.equal([]);
    expect(checkpoint.all()).to.deep.equal([one]);
  });

  it("knows what differs from then on, in the record, its outputs and the next comparison", async () => {
    const provider = fakeProvider();
    provider.found.set("id-of-a", { size: 7 });
    const checkpoint = stack(record("a", { size: 1, kept: true }), record("b", { size: 1 }));
    const drift = { urn: "urn:a", type: "aws:sqs/queue:Queue", name: "a", gone: false, changed: ["size"] };
    expect(await refresh(checkpoint, provider)).to.deep.equal([drift]);
    const { resource, compared } = checkpoint.get("urn:a")!;
    expect(resource.inputs).to.deep.equal({ size: 7, kept: true });
    expect(resource.outputs).to.deep.equal({ size: 7, kept: true, arn: "a" });
    expect(compared).to.deep.equal({ size: 7, kept: true });
  });

  it("keeps secret what was secret", async () => {
    const provider = fakeProvider();
    provider.found.set("id-of-a", { key: "other" });
    const checkpoint = stack(record("a", { key: new Secret("s"), nested: { more: new Secret("t") } }));
    await refresh(checkpoint, provider);
    const { inputs } = checkpoint.get("urn:a")!.resource;
    expect(inputs).to.deep.equal({ key: new Secret("other"), nested: { more: new Secret("t") } });
  });

  it("forgets what is gone, so that it is made anew", async () => {
    const provider = fakeProvider();
    provider.found.set("id-of-a", "gone");
    const checkpoint = stack(record("a", { size: 1 }), record("b", { size: 1 }));
    const [drift] = await refresh(checkpoint, provider);
    expect(drift).to.include({ name: "a", gone: true });
    expect(checkpoint.all().map(({ resource }) => resource.name)).to.deep.equal(["b"]);
  });

  it("names what cannot be read, and changes nothing then", async () => {
    const provider = fakeProvider();
    provider.found.set("id-of-a", "gone");
    const checkpoint = stack(record("a", { size: 1 }), record("b", { size: 1 }));
    const closed = {
      ...provider,
      read: async (standing: StandingResource) => {
        if (standing.id === "id-of-b") throw new Error("no access");
        return await provider.read(standing);
      },
    };
    const failure: unknown = await refresh(checkpoint, closed).catch((error: unknown) => error);
    expect((failure as Error).message).to.equal('aws:sqs/queue:Queue "b" could not be read: no access');
    expect(checkpoint.all()).to.have.length(2);
  });
});
