import { expect } from "chai";
import { estimatedDollarsPerMillion, NOT_MEASURED } from "../../../bench/cost/estimated";
import {
  combineUsages,
  dollarsPerMillion,
  sumOf,
  usageOfOne,
  type Usage,
} from "../../../bench/cost/perOrder";
import { median } from "../../../bench/statistics";
import { estimateCost } from "../../../tools/cost/estimate";
import { defaultWorkload } from "../../../tools/cost/workload";

const nothing: Usage = {
  sqsRequests: 0,
  invocations: 0,
  gigabyteSeconds: 0,
  writeUnits: 0,
  readUnits: 0,
  logBytes: 0,
};

describe("what an order costs, of what a run used", () => {
  it("shares a run's usage among its orders", () => {
    const usage = { ...nothing, sqsRequests: 30, writeUnits: 200, gigabyteSeconds: 5 };
    expect(usageOfOne(usage, 100)).to.deep.equal({
      ...nothing,
      sqsRequests: 0.3,
      writeUnits: 2,
      gigabyteSeconds: 0.05,
    });
  });

  it("refuses to share it among none", () => {
    expect(() => usageOfOne(nothing, 0)).to.throw(RangeError, "got 0 orders");
    expect(() => usageOfOne(nothing, NaN)).to.throw(RangeError, "got NaN orders");
  });

  it("knows each price, by the pages of November 2026", () => {
    const one: Usage = {
      sqsRequests: 1,
      invocations: 1,
      gigabyteSeconds: 1,
      writeUnits: 1,
      readUnits: 1,
      logBytes: 1024 ** 3,
    };
    const dollars = dollarsPerMillion(one);
    expect(dollars.sqsRequests).to.be.closeTo(0.4, 1e-9);
    expect(dollars.invocations).to.be.closeTo(0.2, 1e-9);
    expect(dollars.gigabyteSeconds).to.be.closeTo(13.3334, 1e-9);
    expect(dollars.writeUnits).to.be.closeTo(0.625, 1e-9);
    expect(dollars.readUnits).to.be.closeTo(0.125, 1e-9);
    expect(dollars.logBytes).to.be.closeTo(500_000, 1e-6);
  });

  it("adds up what is not nothing", () => {
    expect(sumOf(nothing)).to.equal(0);
    expect(sumOf({ ...nothing, readUnits: 0.5, logBytes: 2 })).to.equal(2.5);
  });

  it("combines turns figure by figure", () => {
    const turns = [1, 9, 2].map((value) => ({ ...nothing, writeUnits: value, invocations: 10 - value }));
    expect(combineUsages(turns, median)).to.deep.equal({ ...nothing, writeUnits: 2, invocations: 8 });
  });
});

describe("what npm run cost says of it", () => {
  const workload = {
    batchSize: 10,
    items: 0,
    confirmations: true,
    sendBatchSize: 10,
    memoryMegabytes: 512,
  };

  it("leaves out lines that there are", () => {
    const { lines } = estimateCost({ ...defaultWorkload, ...workload, ordersPerMonth: 1_000_000 });
    const items = new Set(lines.filter(({ kind }) => kind === "per order").map(({ item }) => item));
    for (const item of NOT_MEASURED) expect(items.has(item), item).to.equal(true);
    const left = lines.filter(({ kind, item }) => kind === "per order" && !NOT_MEASURED.has(item));
    expect(estimatedDollarsPerMillion(workload)).to.be.closeTo(
      left.reduce((sum, { dollars }) => sum + dollars, 0),
      1e-9,
    );
  });

  it("is dearer by the writes and invocations of confirmations, and not by the mails", () => {
    const without = estimatedDollarsPerMillion({ ...workload, confirmations: false });
    // A mail alone is $100 a million.
    expect(estimatedDollarsPerMillion(workload) - without).to.be.within(1, 10);
  });
});
