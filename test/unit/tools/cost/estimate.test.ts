import { expect } from "chai";
import fc from "fast-check";
import { describeEstimate } from "../../../../tools/cost/describe";
import { estimateCost, writeUnitsOfOrder } from "../../../../tools/cost/estimate";
import { prices } from "../../../../tools/cost/prices";
import {
  defaultWorkload,
  FLEET_CAPACITIES,
  FLEET_NETWORKS,
  type Workload,
} from "../../../../tools/cost/workload";

const MILLION = 1_000_000;

function workload(given: Partial<Workload>): Workload {
  return { ordersPerMonth: MILLION, ...defaultWorkload, ...given };
}

function lineOf(item: string, given: Partial<Workload>) {
  const found = estimateCost(workload(given)).lines.find((line) => line.item === item);
  if (found === undefined) throw new Error(`the estimate has no line "${item}"`);
  return found;
}

const anyWorkload: fc.Arbitrary<Workload> = fc.record({
  ordersPerMonth: fc.integer({ min: 0, max: 1e10 }),
  batchSize: fc.integer({ min: 1, max: 10_000 }),
  items: fc.integer({ min: 0, max: 50 }),
  api: fc.boolean(),
  confirmations: fc.boolean(),
  events: fc.boolean(),
  sendBatchSize: fc.integer({ min: 1, max: 10 }),
  memoryMegabytes: fc.integer({ min: 128, max: 10_240 }),
  instances: fc.integer({ min: 0, max: 1_000 }),
  instanceHourPrice: fc.double({ min: 0, max: 100, noNaN: true }),
  capacity: fc.constantFrom(...FLEET_CAPACITIES),
  wakeMetric: fc.boolean(),
  network: fc.constantFrom(...FLEET_NETWORKS),
  zones: fc.integer({ min: 2, max: 3 }),
  endpoints: fc.integer({ min: 1, max: 20 }),
  outboundGigabytes: fc.integer({ min: 0, max: 100_000 }),
});

describe("the cost of a month", () => {
  const cases: [item: string, given: Partial<Workload>, quantity: number, dollars: number][] = [
    ["SQS requests", {}, 1_200_000, 0.48],
    ["SQS requests", { batchSize: 1 }, 3_000_000, 1.2],
    ["SQS requests", { batchSize: 1000, sendBatchSize: 10 }, 300_000, 0.12],
    ["Lambda requests, orders", { batchSize: 100 }, 10_000, 0.002],
    ["Lambda time, orders", { items: 0, memoryMegabytes: 1024 }, 2_100, 2_100 * 0.0000133334],
    ["Lambda time, orders", { batchSize: 100, memoryMegabytes: 1024 }, 1_910, 1_910 * 0.0000133334],
    ["DynamoDB writes, orders", { items: 0 }, MILLION, 0.625],
    ["DynamoDB writes, orders", { items: 3 }, 8 * MILLION, 5],
    ["SQS requests", { api: true, sendBatchSize: 10 }, 1_200_000, 0.48],
    ["API Gateway requests", { api: true }, 2 * MILLION, 2],
    ["DynamoDB reads, look-ups", { api: true }, MILLION, 0.125],
    ["Alarms", { api: true }, 10, 1],
    ["SES mails", { confirmations: true }, MILLION, 100],
    ["DynamoDB reads, markers", { confirmations: true }, MILLION, 0.125],
    ["DynamoDB writes, index of customers", { confirmations: true }, MILLION, 0.625],
    ["EventBridge events", { events: true }, MILLION, 1],
    ["Lambda requests, events", { events: true }, 10_000, 0.002],
    ["EC2 instances", { instances: 3, instanceHourPrice: 0.1 }, 2190, 219],
    ["Public IPv4 addresses", { instances: 2 }, 1460, 7.3],
    ["NAT gateways", { instances: 2, network: "nat" }, 730, 32.85],
    ["NAT gateways", { instances: 2, network: "natPerZone", zones: 3 }, 2190, 98.55],
    ["NAT gateways, traffic", { instances: 2, network: "nat", outboundGigabytes: 100 }, 100, 4.5],
    ["NAT gateways, public IPv4 addresses", { instances: 2, network: "nat" }, 730, 3.65],
    ["VPC endpoints", { instances: 2, network: "endpoints" }, 5840, 58.4],
    ["VPC endpoints, traffic", { instances: 2, network: "endpoints" }, 10, 0.1],
    ["CloudWatch, waking metric", { wakeMetric: true }, 43_800, 0.438],
    ["CloudWatch, CPU read by instance", { instances: 3 }, 131_400, 1.314],
    ["CloudWatch, CPU read by instance", { instances: 3, capacity: "autoScalingGroup" }, 131_400, 1.314],
    ["Lambda time, scaler", { instances: 3 }, 6_570, 6_570 * 0.0000133334],
    ["Lambda time, scaler", { instances: 3, capacity: "autoScalingGroup" }, 4_380, 4_380 * 0.0000133334],
    ["DynamoDB reads, launch journal", { instances: 3 }, 43_800, 0.005475],
    ["X-Ray traces, scaler", { wakeMetric: true }, 43_800, 0.219],
    ["Alarms", {}, 6, 0.6],
    ["Alarms", { confirmations: true, instances: 1 }, 19, 1.9],
    ["Alarms", { events: true }, 11, 1.1],
  ];
  for (const [item, given, quantity, dollars] of cases) {
    it(`${JSON.stringify(given)}: ${item} is ${quantity}, $${dollars}`, () => {
      const found = lineOf(item, given);
      expect(found.quantity).to.be.closeTo(quantity, 1e-9 * quantity);
      expect(found.dollars).to.be.closeTo(dollars, 1e-9);
    });
  }

  it("is at most $1.2 for a million plain orders at batches of 50, and at most $5 with the order API", () => {
    const batches = { batchSize: 50, items: 0, sendBatchSize: 10 };
    expect(estimateCost(workload(batches)).perOrderDollars).to.be.at.most(1.2);
    expect(estimateCost(workload({ ...batches, api: true })).perOrderDollars).to.be.at.most(5);
  });

  it("has a launch journal only where the function launches, and is the same otherwise", () => {
    const items = (given: Partial<Workload>) => estimateCost(workload(given)).lines.map(({ item }) => item);
    const journal = "DynamoDB reads, launch journal";
    const own = items({ instances: 3 });
    expect(own).to.include(journal);
    expect(items({ instances: 3, capacity: "autoScalingGroup" })).to.deep.equal(
      own.filter((item) => item !== journal),
    );
    expect(items({ capacity: "autoScalingGroup" })).to.deep.equal(items({}));
  });

  it("is the sum of its lines, none of them negative, each a quantity at a listed price", () => {
    fc.assert(
      fc.property(anyWorkload, (given) => {
        const estimate = estimateCost(given);
        let total = 0;
        for (const { quantity, price, dollars } of estimate.lines) {
          expect(dollars)
            .to.equal(quantity * price)
            .and.to.be.at.least(0);
          total += dollars;
        }
        expect(estimate.totalDollars).to.be.closeTo(total, 1e-9 * Math.max(1, total));
        expect(estimate.totalDollars).to.equal(estimate.perOrderDollars + estimate.fixedDollars);
      }),
    );
  });

  it("never falls with more orders, more goods, or confirmations", () => {
    fc.assert(
      fc.property(anyWorkload, (given) => {
        const { totalDollars } = estimateCost(given);
        const more: Partial<Workload>[] = [
          { ordersPerMonth: given.ordersPerMonth + 1 },
          { items: given.items + 1 },
          { confirmations: true },
          { events: true },
          { instances: given.instances + 1 },
        ];
        for (const change of more) {
          expect(estimateCost({ ...given, ...change }).totalDollars).to.be.at.least(totalDollars);
        }
      }),
    );
  });

  it("is the fixed part alone when there are no orders", () => {
    const estimate = estimateCost(workload({ ordersPerMonth: 0, confirmations: true }));
    expect(estimate.perOrderDollars).to.equal(0);
    expect(estimate.totalDollars).to.be.greaterThan(0);
  });

  it("counts two units for what is written in a transaction, by the kilobyte", () => {
    expect([0, 1, 2, 10, 50].map(writeUnitsOfOrder)).to.deep.equal([1, 4, 6, 22, 108]);
  });
});

describe("the description of a cost", () => {
  it("shows the arithmetic of each line, and its date", () => {
    const lines = describeEstimate(estimateCost(workload({ items: 0, batchSize: 100 })));
    expect(lines[0]).to.equal(
      "1,000,000 orders a month; list prices of us-east-1, November 2026; no free tier, no discounts.",
    );
    const flat = lines.map((line) => line.trim().replace(/ +/g, " "));
    expect(flat).to.include(
      "DynamoDB writes, orders $0.63 = 1,000,000 orders × 1 units = 1,000,000 write units × $0.625 a million",
    );
    expect(flat).to.include("Dashboard $3.00 = 1 dashboard × $3.00");
    expect(flat.at(-1)).to.match(/^A month \$\d+\.\d\d$/);
  });

  it("has a price a million orders, unless there are none", () => {
    const shown = (ordersPerMonth: number) =>
      describeEstimate(estimateCost(workload({ ordersPerMonth }))).join("\n");
    expect(shown(10)).to.include("for a million orders");
    expect(shown(0)).not.to.include("for a million orders");
  });
});

describe("prices", () => {
  it("are positive", () => {
    for (const [name, price] of Object.entries(prices)) expect(price, name).to.be.greaterThan(0);
  });
});
