import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import sinon from "sinon";
import { dynamoJournal } from "../../../../handlers/scaling/dynamoJournal";
import { EMPTY_JOURNAL, type Journal } from "../../../../handlers/scaling/launchJournal";
import { answering } from "./awsCalls";
import { sdkError } from "./sdkError";

const store = () => dynamoJournal("journals", "web");
const book: Journal = { ...EMPTY_JOURNAL, version: 3, sequence: 2, holder: "h" };
const itemOf = (journal: Journal) => ({
  fleet: { S: "web" },
  version: { N: String(journal.version) },
  journal: { S: JSON.stringify(journal) },
});
const refusal = (Item?: ReturnType<typeof itemOf>) =>
  new ConditionalCheckFailedException({ message: "no", $metadata: {}, ...(Item && { Item }) });

describe("dynamoJournal", () => {
  afterEach(() => sinon.restore());

  it("reads the newest journal, consistently, and an empty one before the first write", async () => {
    const { calls } = answering(DynamoDBClient, [{ Item: itemOf(book) }, {}]);
    expect(await store().read()).to.deep.equal(book);
    expect(await store().read()).to.deep.equal(EMPTY_JOURNAL);
    const input = { TableName: "journals", Key: { fleet: { S: "web" } }, ConsistentRead: true };
    const call = { operation: "GetItem", input, attempts: 3 };
    expect(await calls()).to.deep.equal([call, call]);
  });

  it("fails on what is no journal", async () => {
    for (const Item of [{}, { journal: { S: "{" } }, { journal: { S: "{}" } }]) {
      answering(DynamoDBClient, [{ Item }]);
      const failure: unknown = await store()
        .read()
        .catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error);
      sinon.restore();
    }
  });

  it("writes on the condition that nobody has written since", async () => {
    const { calls } = answering(DynamoDBClient, [{}]);
    expect(await store().write(book, 2)).to.equal(true);
    const input = {
      TableName: "journals",
      Item: itemOf(book),
      ConditionExpression: "version = :expected OR (attribute_not_exists(fleet) AND :expected = :none)",
      ExpressionAttributeValues: { ":expected": { N: "2" }, ":none": { N: "0" } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    expect(await calls()).to.deep.equal([{ operation: "PutItem", input, attempts: 3 }]);
  });

  it("tells whether it has been written, though an answer got lost, and fails with every other error", async () => {
    for (const [found, isOwn] of [
      [refusal(itemOf(book)), true],
      [refusal(itemOf({ ...book, holder: "other" })), false],
      [refusal(), false],
    ] as const) {
      answering(DynamoDBClient, [found]);
      expect(await store().write(book, 2)).to.equal(isOwn);
      sinon.restore();
    }
    const denied = sdkError("AccessDeniedException", "no", 400);
    answering(DynamoDBClient, [denied]);
    const failure: unknown = await store()
      .write(book, 2)
      .catch((error: unknown) => error);
    expect(failure).to.equal(denied);
  });
});
