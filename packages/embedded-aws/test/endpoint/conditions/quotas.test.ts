import { expect } from "chai";
import { kind, type Conditions } from "../../../src/core/conditions/conditions";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction } from "../lambda/support";

/** A cloud that is kind but for what is tested, on a clock that only the test moves. */
function suite(conditions: Partial<Conditions>) {
  let cloud: TestCloud | undefined;
  const clock = new SteppedClock();
  before(async () => {
    cloud = await startTestCloud({ clock, conditions: { ...kind, ...conditions } });
  });
  after(async () => await cloud?.close());
  return { clock, cloud: () => cloud! };
}

async function refusal(call: Promise<unknown>): Promise<AwsError> {
  const outcome: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof AwsError) return outcome;
  throw new Error(`expected a refusal, got ${String(outcome)}`);
}

const MINIMUM =
  "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of";
const echo = "exports.handler = async (event) => event;";
const slow = "exports.handler = async () => await new Promise((done) => setTimeout(done, 1000));";

describe("Lambda's concurrency", () => {
  describe("of an ordinary account", () => {
    const { cloud } = suite({ lambdaConcurrency: 1000 });

    it("keeps 100 unreserved", async () => {
      await createFunction(cloud(), "one", echo);
      await createFunction(cloud(), "other", echo);
      const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
        cloud().call("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
      const { code, message } = await refusal(reserve("one", 901));
      expect({ code, message }).to.deep.equal({
        code: "InvalidParameterValueException",
        message: `${MINIMUM} [100].`,
      });
      await reserve("one", 500);
      await refusal(reserve("other", 401));
      await reserve("other", 400);
      await reserve("one", 499);
    });
  });

  describe("of a new account", () => {
    const { cloud } = suite({ lambdaConcurrency: 10 });

    it("is 10, all unreserved", async () => {
      await createFunction(cloud(), "none", echo);
      const input = { FunctionName: "none", ReservedConcurrentExecutions: 1 };
      const { message } = await refusal(cloud().call("lambda", "PutFunctionConcurrency", input));
      expect(message).to.equal(`${MINIMUM} [10].`);
      await cloud().call("lambda", "PutFunctionConcurrency", { ...input, ReservedConcurrentExecutions: 0 });
    });

    it("throttles what goes beyond it, whichever functions run", async () => {
      await createFunction(cloud(), "first", slow);
      await createFunction(cloud(), "second", slow);
      const ends = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) =>
          cloud().call("lambda", "Invoke", { FunctionName: index % 2 === 0 ? "first" : "second" }),
        ),
      );
      const refused = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as AwsError] : []));
      expect(refused.map(({ code }) => code)).to.deep.equal(Array(2).fill("TooManyRequestsException"));
      expect(refused[0]?.details).to.deep.equal({ Reason: "ConcurrentInvocationLimitExceeded" });
    }).timeout(20_000);
  });
});

describe("SES in its sandbox", () => {
  const { clock, cloud } = suite({ sesSandbox: true });
  const send = (from: string, ...ToAddresses: string[]) =>
    cloud().call("ses", "SendEmail", {
      FromEmailAddress: from,
      Destination: { ToAddresses },
      Content: { Simple: { Subject: { Data: "s" }, Body: { Text: { Data: "b" } } } },
    });

  before(async () => {
    await cloud().call("ses", "CreateEmailIdentity", { EmailIdentity: "shop.example" });
  });

  it("refuses senders and recipients that are not verified, all by name", async () => {
    const { code, message } = await refusal(send("a@elsewhere.example", "b@elsewhere.example"));
    expect({ code, message }).to.deep.equal({
      code: "MessageRejected",
      message:
        "Email address is not verified. The following identities failed the check in region US-EAST-1: a@elsewhere.example, b@elsewhere.example",
    });
    await refusal(send("a@shop.example", "b@elsewhere.example"));
    await send("a@shop.example", "b@shop.example");
  });

  it("lets anybody write to the mailbox simulator", async () => {
    await clock.advance(1000);
    await send("a@shop.example", "success@simulator.amazonses.com");
  });

  it("takes one recipient a second", async () => {
    await clock.advance(1000);
    await send("a@shop.example", "b@shop.example", "c@shop.example");
    await clock.advance(1000);
    const { code, message } = await refusal(send("a@shop.example", "b@shop.example"));
    expect({ code, message }).to.deep.equal({
      code: "TooManyRequestsException",
      message: "Maximum sending rate exceeded.",
    });
    await clock.advance(1000);
    await send("a@shop.example", "b@shop.example");
  });

  it("takes 200 recipients in 24 hours, and says so", async () => {
    const { SendQuota, ProductionAccessEnabled } = await cloud().call("ses", "GetAccount", {});
    expect(ProductionAccessEnabled).to.equal(false);
    expect(SendQuota).to.include({ Max24HourSend: 200, MaxSendRate: 1 });
    for (let sent = 5; sent < 200; sent++) {
      await clock.advance(1000);
      await send("a@shop.example", "b@shop.example");
    }
    await clock.advance(1000);
    expect((await refusal(send("a@shop.example", "b@shop.example"))).message).to.equal(
      "Daily message quota exceeded.",
    );
    await clock.advance(24 * 60 * 60_000);
    await send("a@shop.example", "b@shop.example");
  });
});

const IMAGE = "ami-0a12023000000864a";
const launch = (cloud: TestCloud, count: number, more: object = {}) =>
  cloud.call("ec2", "RunInstances", {
    ImageId: IMAGE,
    InstanceType: "t3.micro",
    MinCount: count,
    MaxCount: count,
    ...more,
  });

describe("EC2's vCPUs", () => {
  const { clock, cloud } = suite({ ec2Vcpus: 8 });

  it("bound what runs at once, by the vCPUs of each type", async () => {
    const { Instances = [] } = await launch(cloud(), 1, { InstanceType: "m7i.xlarge" });
    const { code, message } = await refusal(launch(cloud(), 3));
    expect(code).to.equal("VcpuLimitExceeded");
    expect(message).to.match(
      /^You have requested more vCPU capacity than your current vCPU limit of 8 allows /,
    );
    // As many as there is room for.
    const { Instances: some = [] } = await launch(cloud(), 1, { MaxCount: 5 });
    expect(some).to.have.length(2);
    await refusal(launch(cloud(), 1));
    // The quota of another family is another.
    await launch(cloud(), 1, { InstanceType: "g5.48xlarge" });
    await cloud().call("ec2", "TerminateInstances", { InstanceIds: Instances.map((one) => one.InstanceId!) });
    await clock.advance(60_000);
    await launch(cloud(), 2);
  });
});

describe("RunInstances' rate", () => {
  const { clock, cloud } = suite({ runInstancesRate: true });

  it("is 5 calls at once and 2 a second", async () => {
    for (let call = 0; call < 5; call++) await launch(cloud(), 1);
    const { code, status } = await refusal(launch(cloud(), 1));
    expect({ code, status }).to.deep.equal({ code: "RequestLimitExceeded", status: 503 });
    await clock.advance(500);
    await launch(cloud(), 1);
    await refusal(launch(cloud(), 1));
  });

  it("is 1,000 instances at once and 2 a second", async () => {
    await clock.advance(60_000);
    await launch(cloud(), 999);
    expect((await refusal(launch(cloud(), 2))).code).to.equal("RequestLimitExceeded");
    await clock.advance(500);
    await launch(cloud(), 2);
  });
});

describe("DynamoDB's throughput", () => {
  const { clock, cloud } = suite({ dynamodbThroughput: true });
  const key = (name: string) => ({ id: { S: name } });
  const kilobytes = (name: string, count: number) => ({
    ...key(name),
    text: { S: "x".repeat(count * 1024 - 100) },
  });
  const table = (TableName: string, more: object = { BillingMode: "PAY_PER_REQUEST" }) =>
    cloud().call("dynamodb", "CreateTable", {
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      ...more,
    });
  const put = (TableName: string, name: string, size = 400) =>
    cloud().call("dynamodb", "PutItem", { TableName, Item: kilobytes(name, size) });

  before(async () => {
    await table("orders");
  });
  beforeEach(() => clock.advance(1000));

  it("is 1,000 write units a second of one partition key", async () => {
    for (let call = 0; call < 3; call++) await put("orders", "hot");
    const { code, message, details } = await refusal(put("orders", "hot"));
    expect(code).to.equal("ThrottlingException");
    expect(message).to.match(/^Throughput exceeds the current capacity of your table or index\. .*hot key/);
    expect(details.throttlingReasons).to.deep.equal([
      {
        reason: "TableWriteKeyRangeThroughputExceeded",
        resource: "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
      },
    ]);
    await put("orders", "cold");
    await clock.advance(1000);
    await put("orders", "hot");
  });

  it("cancels transactions and leaves items of batches, by the items that are too hot", async () => {
    for (let call = 0; call < 3; call++) await put("orders", "hot");
    const putOf = (name: string) => ({ Put: { TableName: "orders", Item: key(name) } });
    const cancelled = await refusal(
      cloud().call("dynamodb", "TransactWriteItems", { TransactItems: [putOf("cold"), putOf("hot")] }),
    );
    expect(cancelled.message).to.match(/\[None, ThrottlingError\]$/);
    const { UnprocessedItems } = await cloud().call<"dynamodb", "BatchWriteItem">(
      "dynamodb",
      "BatchWriteItem",
      {
        RequestItems: { orders: ["cold", "hot"].map((name) => ({ PutRequest: { Item: key(name) } })) },
      },
    );
    expect(UnprocessedItems).to.deep.equal({ orders: [{ PutRequest: { Item: key("hot") } }] });
    await refusal(
      cloud().call("dynamodb", "UpdateItem", {
        TableName: "orders",
        Key: key("hot"),
        UpdateExpression: "SET a = :a",
        ExpressionAttributeValues: { ":a": { N: "1" } },
      }),
    );
    await refusal(cloud().call("dynamodb", "DeleteItem", { TableName: "orders", Key: key("hot") }));
  });

  it("is 3,000 read units a second of one partition key", async () => {
    await put("orders", "hot");
    const get = (name: string) =>
      cloud().call("dynamodb", "GetItem", { TableName: "orders", Key: key(name), ConsistentRead: true });
    for (let call = 0; call < 30; call++) await get("hot");
    const { details } = await refusal(get("hot"));
    expect(JSON.stringify(details)).to.include("TableReadKeyRangeThroughputExceeded");
    await get("cold");
    const query = {
      TableName: "orders",
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: { ":id": { S: "hot" } },
    };
    await refusal(cloud().call("dynamodb", "Query", query));
    await cloud().call("dynamodb", "Scan", { TableName: "orders" });
    const cancelled = await refusal(
      cloud().call("dynamodb", "TransactGetItems", {
        TransactItems: [{ Get: { TableName: "orders", Key: key("hot") } }],
      }),
    );
    expect(cancelled.message).to.match(/\[ThrottlingError\]$/);
  });

  it("is 40,000 write units a second of one table", async () => {
    for (let call = 0; call < 100; call++) await put("orders", `item-${call}`);
    const { code, details } = await refusal(put("orders", "one-more", 1));
    expect(code).to.equal("ThrottlingException");
    expect(JSON.stringify(details)).to.include("TableWriteAccountLimitExceeded");
  });

  it("is what a table was provisioned with, and five minutes' worth of what it did not use", async () => {
    await table("provisioned", { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } });
    await put("provisioned", "one", 300);
    const { code, message } = await refusal(put("provisioned", "two", 1));
    expect(code).to.equal("ProvisionedThroughputExceededException");
    expect(message).to.match(/^The level of configured provisioned throughput for the table was exceeded\./);
    await clock.advance(1000);
    await put("provisioned", "two", 1);
  });
});

describe("messages in flight", () => {
  const { cloud } = suite({ sqsInFlight: 3 });

  it("are bounded: a short poll is told, a long poll waits", async () => {
    const { QueueUrl = "" } = await cloud().call("sqs", "CreateQueue", { QueueName: "work" });
    const receive = (MaxNumberOfMessages: number) =>
      cloud().call("sqs", "ReceiveMessage", { QueueUrl, MaxNumberOfMessages });
    for (let sent = 0; sent < 4; sent++)
      await cloud().call("sqs", "SendMessage", { QueueUrl, MessageBody: `message ${sent}` });
    expect((await receive(10)).Messages).to.have.length(3);
    expect((await refusal(receive(1))).code).to.equal("OverLimit");
  });
});

describe("payload limits", () => {
  const send = async (cloud: TestCloud) => {
    const { TopicArn = "" } = await cloud.call("sns", "CreateTopic", { Name: "news" });
    const large = "x".repeat(7 * 1024 * 1024);
    await createFunction(cloud, "large", "exports.handler = async () => 'x'.repeat(7 * 1024 * 1024);");
    const outcomes = await Promise.allSettled([
      cloud.call("sns", "Publish", { TopicArn, Message: large }),
      cloud.call("events", "PutEvents", {
        Entries: [{ Source: "s", DetailType: "d", Detail: JSON.stringify({ large }) }],
      }),
      cloud.call("lambda", "Invoke", {
        FunctionName: "large",
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify(large.slice(0, 2 * 1024 * 1024))),
      }),
      cloud.call("lambda", "Invoke", { FunctionName: "large", Payload: Buffer.from(JSON.stringify(large)) }),
      cloud.call("lambda", "Invoke", { FunctionName: "large" }),
    ]);
    return outcomes.map((outcome) =>
      outcome.status === "rejected"
        ? (outcome.reason as AwsError).code
        : "FunctionError" in outcome.value
          ? "FunctionError"
          : "taken",
    );
  };

  describe("as AWS has them", () => {
    const { cloud } = suite({ payloadLimits: true });
    it("refuse what is larger", async () => {
      expect(await send(cloud())).to.deep.equal([
        "InvalidParameterException",
        "ValidationException",
        "RequestTooLargeException",
        "RequestTooLargeException",
        "FunctionError",
      ]);
    }).timeout(20_000);
  });

  describe("switched off", () => {
    const { cloud } = suite({});
    it("refuse nothing", async () => {
      expect(await send(cloud())).to.deep.equal(Array(5).fill("taken"));
    }).timeout(20_000);
  });
});
