import { expect } from "chai";
import { Faults } from "../../../src/core/faults";
import { seededRandom } from "../../../src/core/random";

const role = { kind: "role", accountId: "0", roleName: "r", sessionName: "fn" } as const;
const administrator = { kind: "administrator", accountId: "0" } as const;

function faults() {
  const slept: number[] = [];
  const sleep = (ms: number) => {
    slept.push(ms);
    return Promise.resolve();
  };
  return { slept, faults: new Faults(seededRandom(7), { sleep }) };
}

describe("faults on demand", () => {
  it("strike at their rate, and are counted", () => {
    const { faults: all } = faults();
    all.add({ kind: "crash", rate: 0.25 });
    const struck = Array.from({ length: 2000 }, () => all.strikes("crash", () => true)).filter(
      Boolean,
    ).length;
    expect(struck).to.be.within(400, 600);
    expect(all.all()[0]?.struck).to.equal(struck);
  });

  it("strike only where they are meant to, and no more once they are switched off", () => {
    const { faults: all, slept } = faults();
    const id = all.add({ kind: "throttled-table", rate: 1, tableName: "a" });
    const touch = (input: object, caller: typeof role | typeof administrator = role) =>
      all.beforeCall("dynamodb", "PutItem", input, caller);
    expect(() => touch({ TableName: "a" })).to.throw(/Throughput exceeds/);
    expect(() => touch({ RequestItems: { a: [] } })).to.throw();
    expect(() =>
      touch({ TransactItems: [{ Put: { TableName: "b" } }, { Update: { TableName: "a" } }] }),
    ).to.throw();
    expect(touch({ TableName: "b" })).to.equal(undefined);
    expect(touch({ TableName: "a" }, administrator)).to.equal(undefined);
    expect(all.beforeCall("dynamodb", "GetRecords", { TableName: "a" }, role)).to.equal(undefined);
    expect(all.remove(id)).to.equal(true);
    expect(touch({ TableName: "a" })).to.equal(undefined);
    all.add({ kind: "slow-table", rate: 1, delayMs: 70 });
    void touch({ TableName: "a" });
    expect(slept).to.deep.equal([70]);
  });

  it("refuse mail, be it sent alone or with others", () => {
    const { faults: all } = faults();
    all.add({ kind: "mail-refused", rate: 1 });
    for (const operation of ["SendEmail", "SendBulkEmail"])
      expect(() => all.beforeCall("ses", operation, {}, role)).to.throw(/refused/);
    expect(all.beforeCall("ses", "GetAccount", {}, role)).to.equal(undefined);
  });

  it("take one action of one role away", () => {
    const { faults: all } = faults();
    all.add({ kind: "permission", rate: 1, roleName: "r", action: "sqs:SendMessage" });
    expect(all.isTaken("r", "sqs:sendmessage")).to.equal(true);
    expect(all.isTaken("r", "sqs:ReceiveMessage")).to.equal(false);
    expect(all.isTaken("other", "sqs:SendMessage")).to.equal(false);
  });

  it("refuse a rate that is none", () => {
    const { faults: all } = faults();
    for (const rate of [-0.1, 1.1, NaN])
      expect(() => all.add({ kind: "crash", rate })).to.throw(RangeError, /rate: got/);
  });
});
