import { expect } from "chai";
import { UsageError, type Terminal } from "embedded-pulumi/cli";
import sinon from "sinon";
import { cost } from "../../../tools/cost";

async function run(...args: string[]) {
  const print = sinon.fake<[string?], undefined>();
  const printJson = sinon.fake<[unknown], undefined>();
  const terminal: Terminal = {
    print,
    printJson,
    signal: new AbortController().signal,
    interactive: false,
  };
  const status = await cost(args, terminal);
  const text = print.args.map(([line = ""]) => line);
  const json = printJson.args.map(([value]) => value);
  return { status, text, json };
}

function refusalOf(...args: string[]): string {
  try {
    void cost(args, {} as Terminal);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "none";
}

describe("npm run cost", () => {
  it("prints the estimate, and the same for machines", async () => {
    const { status, text, json } = await run(
      "--orders-per-month",
      "1000",
      "--items",
      "2",
      "--confirmations",
      "--json",
    );
    expect(status).to.equal(0);
    expect(text.join("\n")).to.match(/1,000 orders a month/);
    expect(json).to.have.length(1);
    expect(json[0]).to.deep.include({ prices: { region: "us-east-1", date: "November 2026" } });
    expect(json[0])
      .to.have.property("workload")
      .that.includes({ ordersPerMonth: 1000, items: 2, confirmations: true });
  });

  it("says what a million orders cost, and with the order API and events, whatever was asked for", async () => {
    const plain = [
      "--orders-per-month",
      "1000000",
      "--batch-size",
      "50",
      "--items",
      "0",
      "--send-batch-size",
      "10",
    ];
    const dollars = async (label: string, ...more: string[]) => {
      const { text } = await run(...plain, ...more);
      const found = text.find((line) => line.trim().startsWith(label));
      return found === undefined ? undefined : Number(found.split("$")[1]);
    };
    expect(await dollars("for a million orders")).to.be.at.most(1.2);
    const both = await dollars("for a million orders", "--api", "--events");
    expect(await dollars("with order API and events")).to.equal(both);
    expect(await dollars("with order API and events", "--api")).to.equal(both);
    expect(await dollars("with order API and events", "--api", "--events")).to.equal(undefined);
  });

  it("reckons with the executor that it is told", async () => {
    const { text, json } = await run(
      ...["--orders-per-month", "1", "--instances", "2", "--capacity", "autoScalingGroup", "--json"],
    );
    expect(text.join("\n")).to.include("CPU read by instance").and.not.to.include("launch journal");
    expect(json[0]).to.have.property("workload").that.includes({ capacity: "autoScalingGroup" });
  });

  it("prints nothing for machines unless it is asked to", async () => {
    expect((await run("--orders-per-month", "1")).json).to.deep.equal([]);
  });

  const refused: [string[], RegExp][] = [
    [[], /^--orders-per-month: expected/],
    [
      ["--orders-per-month", "1", "--network", "mesh"],
      /^--network: got "mesh"; expected one of default, nat/,
    ],
    [
      ["--orders-per-month", "1", "--capacity", "fargate"],
      /^--capacity: got "fargate"; expected one of instances, autoScalingGroup/,
    ],
    [["--orders-per-month", "many"], /^--orders-per-month: got "many"/],
    [
      ["--orders-per-month", "1", "--batch-size", "0"],
      /^--batch-size: got "0"; expected a whole number from 1 to/,
    ],
    [
      ["--orders-per-month", "1", "--instance-price", "1e3"],
      /^--instance-price: got "1e3"; expected dollars/,
    ],
    [["--orders-per-month", "1", "--instance-price", "1001"], /^--instance-price: got "1001"/],
    [["--orders", "1"], /--orders-per-month …/],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      expect(refusalOf(...args)).to.match(message);
    });
  }
});
