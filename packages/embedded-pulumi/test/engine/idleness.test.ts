import { expect } from "chai";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import { Idleness } from "../../src/engine/idleness";
import type { ResourceProgress } from "../../src/engine/progress";

const PATIENCE_MS = 5_000;

function resource(status: ResourceProgress["status"]): ResourceProgress {
  return { type: "resource", status, urn: "urn:f", resourceType: "aws:lambda", name: "f", durationMs: 0 };
}

describe("a program that has registered everything and goes on running", () => {
  let timers: SinonFakeTimers;
  let told: (readonly string[])[];
  let idleness: Idleness;

  beforeEach(() => {
    timers = useFakeTimers();
    told = [];
    idleness = new Idleness(PATIENCE_MS, (activity) => told.push(activity));
    idleness.watch(() => Promise.resolve(["a timer"]));
    idleness.note({ type: "outputs", outputs: {} });
  });
  afterEach(() => {
    idleness.end();
    timers.restore();
  });

  it("is told of once, with what keeps it running", async () => {
    await timers.tickAsync(PATIENCE_MS - 1);
    expect(told).to.deep.equal([]);
    await timers.tickAsync(10 * PATIENCE_MS);
    expect(told).to.deep.equal([["a timer"]]);
  });

  it("is not told of while a resource is being created, however long that takes", async () => {
    idleness.note(resource("creating"));
    await timers.tickAsync(20 * PATIENCE_MS);
    expect(told).to.deep.equal([]);
    idleness.note(resource("created"));
    await timers.tickAsync(PATIENCE_MS);
    expect(told).to.deep.equal([["a timer"]]);
  });

  it("is not told of once it ended", async () => {
    idleness.end();
    await timers.tickAsync(PATIENCE_MS);
    expect(told).to.deep.equal([]);
  });
});
