import { expect } from "chai";
import { ResourceFailure } from "../../src/engine/provider";
import { type PropertyMap, UNKNOWN } from "../../src/engine/values";
import { createProvider } from "../../src/provider/provider";
import { recordingContext } from "./recordingContext";
import { requestOf } from "./endToEnd/providerOf";

const QUEUE = "aws:sqs/queue:Queue";
const ROLE = "aws:iam/role:Role";
const TABLE = "aws:dynamodb/table:Table";

describe("an input that many types take", () => {
  const { context, calls } = recordingContext({ "sqs:CreateQueue": { QueueUrl: "http://q" } });
  const provider = createProvider(context);
  const check = (type: string, inputs: PropertyMap, kept: PropertyMap = {}) =>
    provider.check({ ...requestOf(type, inputs), kept });
  const problem = (type: string, inputs: PropertyMap): string => {
    try {
      check(type, inputs);
    } catch (error) {
      expect(error).to.be.instanceOf(ResourceFailure);
      return (error as Error).message;
    }
    throw new Error("it was accepted");
  };

  describe("region", () => {
    it("may be the one that there is, and is then no part of the resource, nor a change of it", async () => {
      const request = requestOf(QUEUE, { name: "q", region: "eu-west-1" });
      const created = await provider.create({ ...request, inputs: provider.check(request) });
      expect(created.outputs).to.include({ region: "eu-west-1" });
      expect(calls).to.deep.include({
        operation: "sqs:CreateQueue",
        input: { QueueName: "q", Attributes: {}, tags: {} },
      });
      expect(await provider.comparable(request)).to.deep.equal(
        await provider.comparable(requestOf(QUEUE, { name: "q" })),
      );
      expect(() => check(QUEUE, { region: UNKNOWN })).not.to.throw();
    });

    it("is refused where it is another one, or of a type without one", () => {
      expect(problem(QUEUE, { region: "us-east-1" })).to.equal(
        'property "region": got "us-east-1"; expected "eu-west-1": the embedded cloud has one region, the one that the stack names',
      );
      expect(problem(ROLE, { assumeRolePolicy: "{}", region: "eu-west-1" })).to.include(
        '"region": not supported',
      );
    });
  });

  describe("namePrefix", () => {
    it("begins a name of which the provider makes the other 26 characters, and keeps them", () => {
      const { name } = check(QUEUE, { namePrefix: "orders-" });
      expect(name).to.match(/^orders-\d{26}$/);
      expect(check(QUEUE, { namePrefix: "orders-" })).to.deep.equal({ name, namePrefix: "orders-" });
      expect(check(QUEUE, { namePrefix: "orders-", fifoQueue: true }).name).to.equal(
        `${name as string}.fifo`,
      );
      expect(check(QUEUE, { namePrefix: "orders-" }, { name: "orders-1" }).name).to.equal("orders-1");
      expect(check(QUEUE, { namePrefix: UNKNOWN }).name).to.equal(UNKNOWN);
    });

    it("begins a key's alias too, which has no automatic name", () => {
      const alias = "aws:kms/alias:Alias";
      const targetKeyId = "k";
      expect(check(alias, { namePrefix: "alias/shop-", targetKeyId }).name).to.match(/^alias\/shop-\d{26}$/);
      expect(problem(alias, { targetKeyId })).to.equal('property "name": missing, and has no default');
    });

    it("replaces the resource when it changes, as the provider says", async () => {
      const [a, b] = await Promise.all(
        ["a", "b"].map((namePrefix) => provider.comparable(requestOf(QUEUE, check(QUEUE, { namePrefix })))),
      );
      const changes = provider.changes(QUEUE, a ?? {}, b ?? {});
      expect(changes.filter(({ replaces }) => replaces).map(({ path }) => path[0])).to.include("namePrefix");
      expect(provider.deletesFirst(QUEUE, changes, ["name"])).to.equal(false);
    });

    it("is refused beside a name, of a type that takes none, and when it is no text", () => {
      expect(problem(QUEUE, { namePrefix: "a", name: "b" })).to.include(
        "got it and name; expected one of them",
      );
      expect(problem(TABLE, { namePrefix: "a", hashKey: "id", attributes: [] })).to.include(
        '"namePrefix": not supported',
      );
      expect(problem(QUEUE, { namePrefix: 5 })).to.include('"namePrefix": got 5; expected a text');
    });
  });
});
