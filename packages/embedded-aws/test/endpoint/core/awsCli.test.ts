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
