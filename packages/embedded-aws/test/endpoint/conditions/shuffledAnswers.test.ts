import { expect } from "chai";
import { kind } from "../../../src/core/conditions/conditions";
import { seededRandom } from "../../../src/core/random";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { shuffler } from "../../../src/wire/shuffleAnswer";

describe("the order of an answer's lists", () => {
  const shuffle = shuffler(seededRandom(1));
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  const list = <Value>(make: (index: number) => Value) => numbers.map(make);

  it("is another where AWS promises none, and no element goes", () => {
    const tags = list((index) => ({ Key: String(index) }));
    const cases: readonly (readonly [string, string, object, (answer: never) => unknown])[] = [
      ["ec2", "DescribeSubnets", { Subnets: numbers }, ({ Subnets }: { Subnets: unknown }) => Subnets],
      ["sqs", "ListQueues", { QueueUrls: numbers }, ({ QueueUrls }: { QueueUrls: unknown }) => QueueUrls],
      [
        "sqs",
        "SendMessageBatch",
        { Successful: numbers, Failed: [] },
        (a: { Successful: unknown }) => a.Successful,
      ],
      ["iam", "GetRole", { Role: { Tags: tags } }, (a: { Role: { Tags: unknown } }) => a.Role.Tags],
      [
        "ec2",
        "DescribeInstances",
        { Reservations: [{ Instances: [{ Tags: tags }] }] },
        (a: { Reservations: { Instances: { Tags: unknown }[] }[] }) => a.Reservations[0]!.Instances[0]!.Tags,
      ],
      [
        "dynamodb",
        "BatchGetItem",
        { Responses: { orders: numbers } },
        (a: { Responses: { orders: unknown } }) => a.Responses.orders,
      ],
      [
        "lambda",
        "GetPolicy",
        { Policy: JSON.stringify({ Version: "2012-10-17", Statement: numbers }) },
        (a: { Policy: string }) => (JSON.parse(a.Policy) as { Statement: unknown }).Statement,
      ],
      // Operations that nobody has written yet list without an order as well.
      [
        "ec2",
        "DescribeAddresses",
        { Addresses: numbers },
        ({ Addresses }: { Addresses: unknown }) => Addresses,
      ],
    ];
    for (const [service, operation, answer, read] of cases) {
      const before = JSON.stringify(answer);
      const original = read(answer as never) as unknown[];
      const after = read(shuffle(service, operation, {}, answer) as never) as unknown[];
      expect(JSON.stringify(answer), "what was given has changed").to.equal(before);
      expect(after, operation).to.have.deep.members(original);
      expect(after, operation).not.to.deep.equal(original);
    }
  });

  it("stays where AWS promises it", () => {
    const cases: readonly (readonly [string, string, object])[] = [
      ["dynamodb", "ListTables", { TableNames: numbers }],
      ["dynamodb", "Query", { Items: numbers }],
      ["dynamodb", "TransactGetItems", { Responses: numbers }],
      ["events", "PutEvents", { Entries: numbers }],
      ["logs", "DescribeLogGroups", { logGroups: numbers }],
      ["monitoring", "DescribeAlarmHistory", { AlarmHistoryItems: numbers }],
    ];
    for (const [service, operation, answer] of cases)
      expect(shuffle(service, operation, {}, answer), operation).to.deep.equal(answer);
    const fifo = { QueueUrl: "http://127.0.0.1/000000000000/work.fifo" };
    expect(shuffle("sqs", "ReceiveMessage", fifo, { Messages: numbers })).to.deep.equal({
      Messages: numbers,
    });
  });

  it("is the same for the same seed", () => {
    const answers = [seededRandom(7), seededRandom(7), seededRandom(8)].map((random) =>
      shuffler(random)("ec2", "DescribeSubnets", {}, { Subnets: numbers }),
    );
    expect(answers[0]).to.deep.equal(answers[1]);
    expect(answers[0]).not.to.deep.equal(answers[2]);
  });

  describe("in a cloud", () => {
    const orders = async (cloud: TestCloud) => {
      const seen = new Set<string>();
      for (let call = 0; call < 20; call++) {
        const { Subnets = [] } = await cloud.call("ec2", "DescribeSubnets", {});
        seen.add(Subnets.map(({ SubnetId }) => SubnetId).join());
      }
      return seen.size;
    };

    it("changes from answer to answer, unless it is kind", async () => {
      const unkindCloud = await startTestCloud();
      const kindCloud = await startTestCloud({ conditions: kind });
      try {
        expect(await orders(unkindCloud)).to.be.greaterThan(3);
        expect(await orders(kindCloud)).to.equal(1);
      } finally {
        await unkindCloud.close();
        await kindCloud.close();
      }
    });
  });
});
