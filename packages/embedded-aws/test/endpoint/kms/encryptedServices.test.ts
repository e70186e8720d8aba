import { expect } from "chai";
import type { Principal } from "../../../src/core/iam/principal";
import { createDynamoDb } from "../../../src/services/dynamodb/dynamodb";
import { createKms } from "../../../src/services/kms/kms";
import { createSqs } from "../../../src/services/sqs/sqs";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

const ACCOUNT = "000000000000";
const role: Principal = { kind: "role", accountId: ACCOUNT, roleName: "worker", sessionName: "test" };
const Key = { id: { S: "a" } };
const TABLE = { TableName: "orders" };

describe("what a KMS key of the account encrypts", () => {
  let cloud: TestCloud;
  let key: string;
  let QueueUrl: string;
  let ShardIterator: string;

  beforeEach(async () => {
    cloud = await startTestCloud({
      services: [createKms, createSqs, createDynamoDb],
      conditions: { iamPropagationMs: 0 },
    });
    const { KeyMetadata } = await cloud.call("kms", "CreateKey", {});
    key = KeyMetadata?.Arn ?? "";
    const queue = { QueueName: "orders", Attributes: { KmsMasterKeyId: key } };
    ({ QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", queue));
    await cloud.call("dynamodb", "CreateTable", {
      ...TABLE,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: { Enabled: true, KMSMasterKeyId: key },
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    });
    const { Streams: [stream] = [] } = await cloud.call("dynamodb", "ListStreams", TABLE);
    const { StreamDescription } = await cloud.call("dynamodb", "DescribeStream", {
      StreamArn: stream?.StreamArn,
    });
    ({ ShardIterator = "" } = await cloud.call("dynamodb", "GetShardIterator", {
      StreamArn: stream?.StreamArn,
      ShardId: StreamDescription?.Shards?.[0]?.ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    }));
    await cloud.call("iam", "CreateRole", {
      RoleName: "worker",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      }),
    });
  });
  afterEach(() => cloud.close());

  /** The role may use both services, and of KMS what is given. */
  const mayUse = (...actions: readonly string[]) =>
    grant([{ Effect: "Allow", Action: actions, Resource: key }]);
  const grant = (statements: readonly object[]) =>
    cloud.call("iam", "PutRolePolicy", {
      RoleName: "worker",
      PolicyName: "p",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["sqs:*", "dynamodb:*"], Resource: "*" }, ...statements],
      }),
    });
  const refusal = (service: "sqs" | "dynamodb", operation: string, input: object, caller: Principal = role) =>
    untyped(cloud.context.call)(service, operation, input, caller).then(
      () => "none",
      (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
    );
  const send = (caller?: Principal) => refusal("sqs", "SendMessage", { QueueUrl, MessageBody: "a" }, caller);
  const receive = () => refusal("sqs", "ReceiveMessage", { QueueUrl });

  it("is sent to a queue by who may make data keys and decrypt, and received by who may decrypt", async () => {
    await grant([]);
    expect(await send()).to.match(/^KMS\.AccessDeniedException: .*kms:GenerateDataKey/);
    expect(await receive()).to.match(/^KMS\.AccessDeniedException: .*kms:Decrypt/);
    await mayUse("kms:GenerateDataKey");
    expect(await send()).to.match(/^KMS\.AccessDeniedException: .*kms:Decrypt/);
    await mayUse("kms:Decrypt");
    expect(await receive()).to.equal("none");
    expect(await send()).to.match(/kms:GenerateDataKey/);
    await mayUse("kms:Decrypt", "kms:GenerateDataKey");
    expect(await send()).to.equal("none");
    const batch = { QueueUrl, Entries: [{ Id: "a", MessageBody: "a" }] };
    expect(await refusal("sqs", "SendMessageBatch", batch)).to.equal("none");
  });

  const touches: readonly (readonly [operation: string, input: () => object])[] = [
    ["PutItem", () => ({ ...TABLE, Item: Key })],
    ["UpdateItem", () => ({ ...TABLE, Key })],
    ["DeleteItem", () => ({ ...TABLE, Key })],
    ["GetItem", () => ({ ...TABLE, Key })],
    [
      "Query",
      () => ({
        ...TABLE,
        KeyConditionExpression: "id = :a",
        ExpressionAttributeValues: { ":a": { S: "a" } },
      }),
    ],
    ["Scan", () => TABLE],
    ["BatchGetItem", () => ({ RequestItems: { orders: { Keys: [Key] } } })],
    ["BatchWriteItem", () => ({ RequestItems: { orders: [{ PutRequest: { Item: Key } }] } })],
    ["TransactGetItems", () => ({ TransactItems: [{ Get: { ...TABLE, Key } }] })],
    ["TransactWriteItems", () => ({ TransactItems: [{ Put: { ...TABLE, Item: Key } }] })],
    ["GetRecords", () => ({ ShardIterator })],
  ];
  it("is touched in a table, and read from its stream, by who may decrypt", async () => {
    await grant([]);
    for (const [operation, input] of touches)
      expect(await refusal("dynamodb", operation, input()), operation).to.match(
        /^AccessDeniedException: KMS key access denied error: .*kms:Decrypt/,
      );
    await mayUse("kms:Decrypt");
    for (const [operation, input] of touches)
      expect(await refusal("dynamodb", operation, input()), operation).to.equal("none");
  });

  it("knows by way of which service, and for what, a key is used", async () => {
    const by = (service: string, name: string, value: string) => ({
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: key,
      Condition: {
        StringEquals: {
          "kms:ViaService": `${service}.us-east-1.amazonaws.com`,
          [`kms:EncryptionContext:${name}`]: value,
        },
      },
    });
    await grant([by("sqs", "aws:sqs:arn", `arn:aws:sqs:us-east-1:${ACCOUNT}:orders`)]);
    expect(await send()).to.equal("none");
    expect(await refusal("dynamodb", "GetItem", { ...TABLE, Key })).to.match(/^AccessDenied/);
    await grant([by("dynamodb", "aws:dynamodb:tableName", "orders")]);
    expect(await refusal("dynamodb", "GetItem", { ...TABLE, Key })).to.equal("none");
    expect(await send()).to.match(/^KMS\.AccessDenied/);
  });

  it("is out of reach once the key is disabled or on its way out, for everybody", async () => {
    const administrator: Principal = { kind: "administrator", accountId: ACCOUNT };
    await cloud.call("kms", "DisableKey", { KeyId: key });
    expect(await send(administrator)).to.match(/^KMS\.DisabledException/);
    expect(await refusal("dynamodb", "GetItem", { ...TABLE, Key }, administrator)).to.match(
      /^AccessDeniedException: KMS key access denied error: .*disabled/,
    );
    await cloud.call("kms", "ScheduleKeyDeletion", { KeyId: key });
    expect(await send(administrator)).to.match(/^KMS\.InvalidStateException/);
  });

  it("is no matter of the caller where the service's own key encrypts", async () => {
    await grant([]);
    const { QueueUrl: own } = await cloud.call("sqs", "CreateQueue", {
      QueueName: "own",
      Attributes: { KmsMasterKeyId: "alias/aws/sqs" },
    });
    expect(await refusal("sqs", "SendMessage", { QueueUrl: own, MessageBody: "a" })).to.equal("none");
    await cloud.call("dynamodb", "UpdateTable", { ...TABLE, SSESpecification: { Enabled: true } });
    expect(await refusal("dynamodb", "GetItem", { ...TABLE, Key })).to.equal("none");
    // Who is no principal of the account is not admitted by it.
    const alarm: Principal = {
      kind: "service",
      service: "events.amazonaws.com",
      sourceArn: "arn:aws:events:::x",
    };
    expect(await refusal("sqs", "SendMessage", { QueueUrl: own, MessageBody: "a" }, alarm)).not.to.equal(
      "none",
    );
  });
});
