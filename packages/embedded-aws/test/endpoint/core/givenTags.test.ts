import { expect } from "chai";
import type { ServiceName } from "../../../src/core/service";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { untyped } from "../../support/untyped";

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface Tagging {
  readonly service: ServiceName;
  readonly operation: string;
  /** Makes what is tagged, and gives the members that name it. */
  readonly make: (call: Call) => Promise<object>;
  readonly tags: (tags: readonly Tag[]) => object;
  /** The codes for a key that is given twice, one of AWS's own, a value that is too long, a tag too many. */
  readonly codes: readonly [twice: string | undefined, own: string, long: string, tooMany: string];
}

type Call = ReturnType<typeof untyped<[signal?: AbortSignal]>>;

const account = "us-east-1:000000000000";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
});
const pairs = (Tags: readonly Tag[]) => ({ Tags });
const map = (tags: readonly Tag[]) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
const four = (code: string) => [code, code, code, code] as const;

/** How each service takes tags, and what it calls wrong ones. Maps hold no key twice. */
const taggings: readonly Tagging[] = [
  {
    ...{ service: "sns", operation: "TagResource", tags: pairs },
    make: async (call) => {
      const { TopicArn } = (await call("sns", "CreateTopic", { Name: "t" })) as { TopicArn: string };
      return { ResourceArn: TopicArn };
    },
    codes: [
      ...(["InvalidParameterException", "InvalidParameterException", "InvalidParameterException"] as const),
      "TagLimitExceededException",
    ],
  },
  {
    ...{ service: "iam", operation: "TagRole", tags: pairs },
    make: async (call) => {
      await call("iam", "CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust });
      return { RoleName: "r" };
    },
    codes: ["InvalidInputException", "InvalidInputException", "ValidationError", "LimitExceededException"],
  },
  {
    ...{ service: "kms", operation: "TagResource" },
    tags: (tags) => ({ Tags: tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) }),
    make: async (call) => {
      const made = (await call("kms", "CreateKey", {})) as { KeyMetadata: { KeyId: string } };
      return { KeyId: made.KeyMetadata.KeyId };
    },
    codes: ["TagException", "TagException", "ValidationException", "LimitExceededException"],
  },
  {
    ...{ service: "monitoring", operation: "TagResource", tags: pairs },
    make: async (call) => {
      await call("monitoring", "PutMetricAlarm", {
        ...{ AlarmName: "a", Namespace: "N", MetricName: "m", Statistic: "Sum", Period: 60 },
        ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
      });
      return { ResourceARN: `arn:aws:cloudwatch:${account}:alarm:a` };
    },
    codes: four("InvalidParameterValueException"),
  },
  {
    ...{ service: "events", operation: "TagResource", tags: pairs },
    make: async (call) => {
      await call("events", "PutRule", { Name: "r", ScheduleExpression: "rate(1 day)" });
      return { ResourceARN: `arn:aws:events:${account}:rule/r` };
    },
    codes: four("ValidationException"),
  },
  {
    ...{ service: "dynamodb", operation: "TagResource", tags: pairs },
    make: async (call) => {
      await call("dynamodb", "CreateTable", {
        ...{ TableName: "table", BillingMode: "PAY_PER_REQUEST" },
        AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
      });
      return { ResourceArn: `arn:aws:dynamodb:${account}:table/table` };
    },
    codes: four("ValidationException"),
  },
  {
    ...{ service: "ssm", operation: "AddTagsToResource", tags: pairs },
    make: async (call) => {
      await call("ssm", "PutParameter", { Name: "p", Value: "v", Type: "String" });
      return { ResourceType: "Parameter", ResourceId: "p" };
    },
    codes: ["ValidationException", "ValidationException", "ValidationException", "TooManyTagsError"],
  },
  {
    ...{ service: "logs", operation: "TagResource", tags: (tags) => ({ tags: map(tags) }) },
    make: async (call) => {
      await call("logs", "CreateLogGroup", { logGroupName: "g" });
      return { resourceArn: `arn:aws:logs:${account}:log-group:g` };
    },
    codes: [undefined, "InvalidParameterException", "InvalidParameterException", "TooManyTagsException"],
  },
  {
    ...{ service: "ses", operation: "TagResource", tags: pairs },
    make: async (call) => {
      await call("ses", "CreateEmailIdentity", { EmailIdentity: "a@example.com" });
      return { ResourceArn: `arn:aws:ses:${account}:identity/a@example.com` };
    },
    codes: four("BadRequestException"),
  },
  {
    ...{ service: "ec2", operation: "CreateTags", tags: pairs },
    make: async (call) => {
      const made = (await call("ec2", "CreateSecurityGroup", { GroupName: "g", Description: "d" })) as {
        GroupId: string;
      };
      return { Resources: [made.GroupId] };
    },
    codes: [
      ...(["InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue"] as const),
      "TagLimitExceeded",
    ],
  },
  {
    ...{ service: "elasticloadbalancing", operation: "AddTags", tags: pairs },
    make: async (call) => {
      const { Vpcs } = (await call("ec2", "DescribeVpcs", {})) as { Vpcs: readonly { VpcId: string }[] };
      const made = (await call("elasticloadbalancing", "CreateTargetGroup", {
        ...{ Name: "tg", Protocol: "HTTP", Port: 80, VpcId: Vpcs[0]?.VpcId },
      })) as { TargetGroups: readonly { TargetGroupArn: string }[] };
      return { ResourceArns: made.TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn) };
    },
    codes: ["DuplicateTagKeysException", "ValidationError", "ValidationError", "TooManyTagsException"],
  },
  {
    ...{ service: "sqs", operation: "TagQueue", tags: (tags) => ({ Tags: map(tags) }) },
    make: (call) => call("sqs", "CreateQueue", { QueueName: "q" }),
    codes: [undefined, "InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue"],
  },
  {
    ...{ service: "apigateway", operation: "TagResource", tags: (tags) => ({ Tags: map(tags) }) },
    make: async (call) => {
      const made = (await call("apigateway", "CreateApi", { Name: "a", ProtocolType: "HTTP" })) as {
        ApiId: string;
      };
      return { ResourceArn: `arn:aws:apigateway:us-east-1::/apis/${made.ApiId}` };
    },
    codes: [undefined, "BadRequestException", "BadRequestException", "BadRequestException"],
  },
];

describe("tags that AWS would not put on anything", () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startTestCloud();
  });
  afterEach(() => cloud.close());

  const many = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({ Key: `k${from + index}`, Value: "" }));

  for (const { service, operation, make, tags, codes } of taggings) {
    it(`are refused by ${service}'s ${operation}, in its words`, async () => {
      const call = untyped(cloud.call);
      const named = await make(call);
      const outcome = (given: readonly Tag[]) =>
        call(service, operation, { ...named, ...tags(given) }).then(
          () => "accepted",
          (cause: unknown) => (cause as Error).name,
        );
      const [twice, own, long, tooMany] = codes;
      if (twice !== undefined) {
        expect(await outcome([...many(1), ...many(1)]), "a key twice").to.equal(twice);
      }
      expect(await outcome([{ Key: "aws:x", Value: "" }]), "a key of AWS's own").to.equal(own);
      expect(await outcome([{ Key: "AWS:x", Value: "" }]), "one in capitals").to.equal(own);
      expect(await outcome([{ Key: "v", Value: "x".repeat(257) }]), "a long value").to.equal(long);
      expect(await outcome([{ Key: "x".repeat(129), Value: "" }]), "a long key").to.equal(long);
      expect(await outcome([{ Key: "k0", Value: "x".repeat(256) }]), "the longest value").to.equal(
        "accepted",
      );
      expect(await outcome(many(49, 1)), "fifty in all").to.equal("accepted");
      expect(await outcome(many(10, 10)), "none that is new").to.equal("accepted");
      expect(await outcome(many(1, 50)), "the fifty-first").to.equal(tooMany);
    });
  }

  it("are refused where something is made, for each kind of resource of EC2", async () => {
    const call = untyped(cloud.call);
    const outcome = (...[service, operation, input]: Parameters<Call>) =>
      call(service, operation, input).then(
        () => "accepted",
        (cause: unknown) => (cause as Error).name,
      );
    const twice = [...many(1), ...many(1)];
    const specifications = [{ ResourceType: "security-group", Tags: twice }];
    const group = { GroupName: "g", Description: "d", TagSpecifications: specifications };
    expect(await outcome("ec2", "CreateSecurityGroup", group)).to.equal("InvalidParameterValue");
    const data = { TagSpecifications: [{ ResourceType: "instance", Tags: twice }] };
    const template = { LaunchTemplateName: "ltn", LaunchTemplateData: data };
    expect(await outcome("ec2", "CreateLaunchTemplate", template)).to.equal("InvalidParameterValue");
    expect(await outcome("sns", "CreateTopic", { Name: "t", Tags: twice })).to.equal(
      "InvalidParameterException",
    );
    const capitals = [
      { Key: "team", Value: "" },
      { Key: "Team", Value: "" },
    ];
    const role = { RoleName: "r", AssumeRolePolicyDocument: trust, Tags: capitals };
    expect(await outcome("iam", "CreateRole", role), "IAM's keys differ in more than case").to.equal(
      "InvalidInputException",
    );
  });
});
