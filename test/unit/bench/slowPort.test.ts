import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { openSlowPort, type SlowPort } from "../../../bench/processing/slowPort";

describe("the port that batches of orders are raced against", () => {
  let port: SlowPort;
  let client: DynamoDBClient;

  before(async () => {
    port = await openSlowPort();
    client = new DynamoDBClient({
      endpoint: port.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 1,
    });
  });
  after(() => {
    client.destroy();
    port.close();
  });

  it("takes puts and counts them, since it was last asked", async () => {
    const put = new PutItemCommand({ TableName: "orders", Item: { orderId: { S: "a" } } });
    await Promise.all([client.send(put), client.send(put)]);
    port.latencyMs = 1;
    await client.send(put);
    expect(port.takePuts()).to.equal(3);
    expect(port.takePuts()).to.equal(0);
  });

  it("takes nothing else: nobody wins by other calls", async () => {
    const get = new GetItemCommand({ TableName: "orders", Key: { orderId: { S: "a" } } });
    const refusal = await client.send(get).catch((error: unknown) => error);
    expect(refusal).to.have.property("name", "UnknownOperationException");
    expect(port.takePuts()).to.equal(0);
  });
});
