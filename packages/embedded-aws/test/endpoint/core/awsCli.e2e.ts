import { expect } from "chai";
import { createSqs } from "../../../src/services/sqs/sqs";
import { createSns } from "../../../src/services/sns/sns";
import { createLogs } from "../../../src/services/logs/logs";
import { awsCli, hasAwsCli } from "../../support/awsCli";
import { RecordingService } from "../../support/recordingService";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

const trustPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
});

// Each command starts a Python program, which takes about a second.
describe("the AWS CLI", function () {
  this.timeout(60_000);
  let cloud: TestCloud | undefined;
  const aws = async (...command: readonly string[]) => {
    if (cloud === undefined) throw new Error("the cloud is not running");
    return await awsCli(cloud.client, ...command);
  };
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => "none",
      (error: unknown) => String((error as Error & { stderr?: string }).stderr),
    );

  const ec2 = new RecordingService("ec2", {
    DescribeInstances: () => ({
      Reservations: [{ Instances: [{ InstanceId: "i-1", Tags: [{ Key: "a&b", Value: "<c>" }] }] }],
    }),
  });
  const monitoring = new RecordingService("monitoring", { PutMetricData: () => ({}) });
  before(async function () {
    if (!(await hasAwsCli())) this.skip();
    cloud = await startTestCloud({
      services: [createLogs, ec2.create, monitoring.create, createSns, createSqs],
    });
  });

  after(() => cloud?.close());

  it("speaks the query protocol with IAM and SNS", async () => {
    const TopicArn = "arn:aws:sns:us-east-1:000000000000:t";
    await cloud?.call("sns", "CreateTopic", { Name: "t", Attributes: { DisplayName: "a & b" } });
    const [created, attributes] = await Promise.all([
      aws(
        "iam",
        "create-role",
        "--role-name",
        "r",
        "--assume-role-policy-document",
        trustPolicy,
        "--tags",
        "Key=a,Value=b",
      ),
      aws("sns", "get-topic-attributes", "--topic-arn", TopicArn),
    ]);
    expect(created)
      .to.have.nested.property("Role.AssumeRolePolicyDocument")
      .that.deep.equals(JSON.parse(trustPolicy));
    expect(created)
      .to.have.nested.property("Role.Tags")
      .that.deep.equals([{ Key: "a", Value: "b" }]);
    expect(attributes).to.have.property("Attributes").that.includes({ TopicArn, DisplayName: "a & b" });
  });

  it("may give a list without items", async () => {
    const [role, topic] = await Promise.all([
      aws(
        ...["iam", "create-role", "--role-name", "untagged", "--tags", "[]"],
        ...["--assume-role-policy-document", trustPolicy],
      ),
      aws("sns", "create-topic", "--name", "untagged", "--tags", "[]"),
    ]);
    expect(role).to.have.nested.property("Role.Tags").that.deep.equals([]);
    expect(topic).to.deep.equal({ TopicArn: "arn:aws:sns:us-east-1:000000000000:untagged" });
  });

  it("speaks JSON with Logs and CloudWatch, and EC2's protocol with EC2", async () => {
    const [, , instances] = await Promise.all([
      aws("logs", "create-log-group", "--log-group-name", "g"),
      aws("cloudwatch", "put-metric-data", "--namespace", "N", "--metric-name", "M", "--value", "1"),
      aws("ec2", "describe-instances", "--filters", "Name=tag:Fleet,Values=a,b"),
    ]);
    const groups = await cloud?.call("logs", "DescribeLogGroups", {});
    expect(groups).to.have.nested.property("logGroups[0].logGroupName", "g");
    expect(monitoring.inputs).to.deep.equal([
      { Namespace: "N", MetricData: [{ MetricName: "M", Value: 1 }] },
    ]);
    expect(ec2.inputs).to.deep.equal([{ Filters: [{ Name: "tag:Fleet", Values: ["a", "b"] }] }]);
    expect(instances)
      .to.have.nested.property("Reservations[0].Instances[0].Tags")
      .that.deep.equals([{ Key: "a&b", Value: "<c>" }]);
  });

  it("shows errors with their codes", async () => {
    const [unsupported, role, topic, queue] = await Promise.all([
      refusalOf(aws("iam", "list-users")),
      refusalOf(aws("iam", "get-role", "--role-name", "missing")),
      refusalOf(
        aws("sns", "get-topic-attributes", "--topic-arn", "arn:aws:sns:us-east-1:000000000000:missing"),
      ),
      refusalOf(aws("sqs", "get-queue-url", "--queue-name", "missing")),
    ]);
    expect(unsupported).to.include(
      "(NotSupportedByEmbeddedCloud) when calling the ListUsers operation: The operation iam:ListUsers",
    );
    expect(role).to.include(
      "(NoSuchEntity) when calling the GetRole operation: The role with name missing cannot be found.",
    );
    expect(topic).to.include(
      "(NotFound) when calling the GetTopicAttributes operation: Topic does not exist",
    );
    expect(queue).to.include(
      "(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: The specified queue does not exist",
    );
  });
});

describe("the AWS CLI, against all services,", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  const cli = (...command: readonly string[]) => awsCli(cloud.client, ...command);

  before(async function () {
    if (!(await hasAwsCli())) this.skip();
    cloud = await startTestCloud();
  });
  after(() => (cloud as TestCloud | undefined)?.close());

  it("makes a security group and its rules", async () => {
    const made = await cli("ec2", "create-security-group", "--group-name", "web", "--description", "x");
    const { GroupId } = made as { GroupId: string };
    await cli(
      ...["ec2", "authorize-security-group-ingress", "--group-id", GroupId],
      ...["--ip-permissions", "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=10.0.0.0/8}]"],
    );
    expect(await cli("ec2", "describe-security-groups", "--group-ids", GroupId)).to.have.nested.property(
      "SecurityGroups[0].IpPermissions[0].FromPort",
      22,
    );
  });

  it("writes an item, reads it, and finds it in the stream", async () => {
    await cloud.call("dynamodb", "CreateTable", {
      TableName: "orders",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    });
    const Item = { id: { S: "cli" }, n: { N: "1" } };
    const orders = ["--table-name", "orders"];
    await cli("dynamodb", "put-item", ...orders, "--item", JSON.stringify(Item));
    expect(
      await cli("dynamodb", "get-item", ...orders, "--key", JSON.stringify({ id: Item.id })),
    ).to.deep.equal({ Item });
    const { Streams } = (await cli("dynamodbstreams", "list-streams", ...orders)) as {
      Streams: { StreamArn: string }[];
    };
    const stream = ["--stream-arn", Streams[0]?.StreamArn ?? ""];
    const { StreamDescription } = (await cli("dynamodbstreams", "describe-stream", ...stream)) as {
      StreamDescription: { Shards: { ShardId: string }[] };
    };
    const shard = ["--shard-id", StreamDescription.Shards[0]?.ShardId ?? ""];
    const { ShardIterator } = (await cli(
      ...["dynamodbstreams", "get-shard-iterator", ...stream, ...shard],
      ...["--shard-iterator-type", "TRIM_HORIZON"],
    )) as { ShardIterator: string };
    const { Records } = (await cli("dynamodbstreams", "get-records", "--shard-iterator", ShardIterator)) as {
      Records: { eventName: string; dynamodb: { NewImage: object } }[];
    };
    expect(Records.map(({ eventName, dynamodb }) => [eventName, dynamodb.NewImage])).to.deep.equal([
      ["INSERT", Item],
    ]);
  });

  it("puts segments of traces, and finds them", async () => {
    const trace = `1-695d0000-${"a".repeat(24)}`;
    const segment = {
      name: "shop",
      id: "0123456789abcdef",
      trace_id: trace,
      start_time: 1000,
      end_time: 1001.5,
    };
    const put = ["xray", "put-trace-segments", "--trace-segment-documents", JSON.stringify(segment)];
    expect(await cli(...put)).to.deep.equal({ UnprocessedTraceSegments: [] });
    const get = ["xray", "get-trace-summaries", "--start-time", "999", "--end-time", "1001"];
    expect(await cli(...get)).to.have.nested.property("TraceSummaries[0].Id", trace);
  });

  it("signs as a session with its secret, and not with another", async () => {
    const credentials = cloud.context.issueCredentials("worker", "session");
    const whoAmI = (changes: Partial<typeof credentials>) =>
      awsCli(
        cloud.clientAs({ ...credentials, ...changes }),
        ...["sts", "get-caller-identity", "--query", "Arn"],
      );
    expect(await whoAmI({})).to.equal("arn:aws:sts::000000000000:assumed-role/worker/session");
    const refused = await whoAmI({ secretAccessKey: "guessed" }).then(
      () => "none",
      (error: unknown) => String((error as Error & { stderr?: string }).stderr),
    );
    expect(refused).to.include("(SignatureDoesNotMatch) when calling the GetCallerIdentity operation");
  });
});
