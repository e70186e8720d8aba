import { expect } from "chai";
import { refusal, S, startTestDatabase } from "./support";

describe("DynamoDB tables named by their ARN", () => {
  it("are meant in every operation, and answers name them as the request did", async () => {
    const database = await startTestDatabase();
    try {
      const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
      await database.createTable(arn, {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      });
      const Key = { id: S("a") };
      const at = { TableName: arn, ReturnConsumedCapacity: "TOTAL" };
      const CapacityUnits = 1;
      expect(await database.untyped("PutItem", { ...at, Item: Key })).to.deep.equal({
        ConsumedCapacity: { TableName: arn, CapacityUnits },
      });
      await database.untyped("UpdateItem", { ...at, Key });
      expect(await database.untyped("GetItem", { TableName: "orders", Key })).to.deep.equal({ Item: Key });
      const values = { ExpressionAttributeValues: { ":a": S("a") } };
      expect(
        await database.untyped("Query", { ...at, KeyConditionExpression: "id = :a", ...values }),
      ).to.include({ Count: 1 });
      expect(await database.untyped("Scan", at)).to.include({ Count: 1 });
      expect(
        await database.untyped("BatchGetItem", { RequestItems: { [arn]: { Keys: [Key] } } }),
      ).to.deep.equal({ Responses: { [arn]: [Key] }, UnprocessedKeys: {} });
      await database.untyped("TransactWriteItems", { TransactItems: [{ Delete: { TableName: arn, Key } }] });
      const twice = [{ Delete: { TableName: arn, Key } }, { Delete: { TableName: "orders", Key } }];
      expect(
        (await refusal(database.untyped("TransactWriteItems", { TransactItems: twice }))).message,
      ).to.equal("Transaction request cannot include multiple operations on one item");
      expect(
        await database.untyped("BatchWriteItem", {
          RequestItems: { [arn]: [{ PutRequest: { Item: Key } }] },
        }),
      ).to.deep.equal({ UnprocessedItems: {} });
      expect((await refusal(database.createTable("orders"))).code).to.equal("ResourceInUseException");
      for (const operation of ["DescribeTable", "DescribeTimeToLive", "DescribeContinuousBackups"]) {
        await database.untyped(operation, { TableName: arn });
      }
      expect(await database.untyped("ListStreams", { TableName: arn }))
        .property("Streams")
        .to.have.length(1);
      expect(database.dynamoDb.capacity.of("orders").writeUnits).to.be.greaterThan(0);
      const foreign = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders";
      expect((await refusal(database.untyped("GetItem", { TableName: foreign, Key }))).code).to.equal(
        "ResourceNotFoundException",
      );
      await database.untyped("DeleteTable", { TableName: arn });
      expect(await database.untyped("ListTables", {})).to.deep.equal({ TableNames: [] });
    } finally {
      await database.close();
    }
  });
});
