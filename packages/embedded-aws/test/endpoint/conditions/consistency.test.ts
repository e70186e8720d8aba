import { expect } from "chai";
import { type Conditions, kind } from "../../../src/core/conditions/conditions";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import type { Principal } from "../../../src/core/iam/principal";
import { seededRandom } from "../../../src/core/random";
import { looseDelays } from "../../../src/services/cloudWatch/looseDelays";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createRole } from "../lambda/support";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("consistency", () => {
  let clock: SteppedClock;
  let cloud: TestCloud;

  const start = async (conditions: Partial<Conditions>, seed = 1) => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, seed, conditions: { ...kind, ...conditions } });
  };
  afterEach(() => cloud.close());

  async function codeOf(call: Promise<unknown>): Promise<string> {
    try {
      await call;
      return "none";
    } catch (error) {
      if (error instanceof AwsError) return error.code;
      throw error;
    }
  }

  describe("of IAM", () => {
    const worker = (): Principal => ({
      kind: "role",
      accountId: cloud.context.accountId,
      roleName: "worker",
      sessionName: "s",
    });
    const list = () => codeOf(cloud.context.call("sqs", "ListQueues", {}, worker()));
    const policy = (Effect: "Allow" | "Deny") =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Effect, Action: "sqs:*", Resource: "*" } });
    const put = (PolicyName: string, Effect: "Allow" | "Deny") =>
      cloud.call("iam", "PutRolePolicy", { RoleName: "worker", PolicyName, PolicyDocument: policy(Effect) });

    it("hides a new role from Lambda and STS for a while", async () => {
      await start({ iamPropagationMs: 8000 });
      const Role = await createRole(cloud, "worker", [], "lambda.amazonaws.com");
      const message = await createFunction(cloud, "one", "", { Role }).then(
        () => "none",
        (error: unknown) => (error as AwsError).message,
      );
      expect(message).to.equal("The role defined for the function cannot be assumed by Lambda.");
      const lambda: Principal = {
        kind: "service",
        service: "lambda.amazonaws.com",
        sourceArn: "arn:aws:lambda",
      };
      const assume = () =>
        codeOf(
          cloud.context.call("sts", "AssumeRole", { RoleArn: Role, RoleSessionName: "session" }, lambda),
        );
      expect(await assume()).to.equal("AccessDenied");
      await clock.advance(8000);
      await createFunction(cloud, "one", "", { Role });
      expect(await assume()).to.equal("none");
    });

    it("lets a change of a role's policies count after a while, whether it adds or takes away", async () => {
      await start({ iamPropagationMs: 8000 });
      await createRole(cloud, "worker");
      await put("send", "Allow");
      expect(await list()).to.equal("AccessDeniedException");
      // A quarter of the longest, at least.
      await clock.advance(1999);
      expect(await list()).to.equal("AccessDeniedException");
      await clock.advance(6001);
      expect(await list()).to.equal("none");
      await cloud.call("iam", "DeleteRolePolicy", { RoleName: "worker", PolicyName: "send" });
      expect(await list()).to.equal("none");
      await clock.advance(8000);
      expect(await list()).to.equal("AccessDeniedException");
      const { PolicyNames } = await cloud.call("iam", "ListRolePolicies", { RoleName: "worker" });
      expect(PolicyNames).to.deep.equal(["permissions"]);
    });

    it("hides a new instance profile from EC2 for a while", async () => {
      await start({ iamPropagationMs: 8000 });
      await createRole(cloud, "worker", [], "ec2.amazonaws.com");
      await cloud.call("iam", "CreateInstanceProfile", { InstanceProfileName: "worker" });
      await cloud.call("iam", "AddRoleToInstanceProfile", {
        InstanceProfileName: "worker",
        RoleName: "worker",
      });
      const run = () =>
        codeOf(
          cloud.call("ec2", "RunInstances", {
            ImageId: "ami-0a12023000000864a",
            InstanceType: "t3.micro",
            MinCount: 1,
            MaxCount: 1,
            IamInstanceProfile: { Name: "worker" },
          }),
        );
      expect(await run()).to.equal("InvalidParameterValue");
      await clock.advance(8000);
      expect(await run()).to.equal("none");
    });

    it("is at once in a kind cloud", async () => {
      await start({});
      await createRole(cloud, "worker");
      await put("send", "Allow");
      expect(await list()).to.equal("none");
      await put("no", "Deny");
      expect(await list()).to.equal("AccessDeniedException");
    });
  });

  describe("of EC2", () => {
    const launch = async (count: number) => {
      const { Instances = [] } = await cloud.call("ec2", "RunInstances", {
        ImageId: "ami-0a12023000000864a",
        InstanceType: "t3.micro",
        MinCount: count,
        MaxCount: count,
      });
      return Instances.map(({ InstanceId = "" }) => InstanceId);
    };
    const states = async () => {
      const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {});
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
    };

    it("shows instances, and each change of theirs, some seconds late; each at a time of its own", async () => {
      await start({ instanceLagMs: 10_000 });
      const ids = await launch(8);
      expect(await states()).to.deep.equal([]);
      const byId = (...names: string[]) =>
        codeOf(cloud.call("ec2", "DescribeInstances", { InstanceIds: names }));
      const tag = () =>
        codeOf(cloud.call("ec2", "CreateTags", { Resources: ids, Tags: [{ Key: "a", Value: "b" }] }));
      const terminate = () => codeOf(cloud.call("ec2", "TerminateInstances", { InstanceIds: ids }));
      expect(await byId(...ids)).to.equal("InvalidInstanceID.NotFound");
      expect(await terminate()).to.equal("InvalidInstanceID.NotFound");
      expect(await tag()).not.to.equal("none");
      await clock.advance(5000);
      expect((await states()).length).to.be.within(1, 7);
      await clock.advance(5000);
      expect(await states()).to.deep.equal(Array(8).fill("pending"));
      expect(await byId(...ids)).to.equal("none");
      // Running after 25 s, in truth.
      await clock.advance(20_000);
      expect(new Set(await states())).to.deep.equal(new Set(["pending", "running"]));
      await clock.advance(5000);
      expect(await states()).to.deep.equal(Array(8).fill("running"));
      expect(await tag()).to.equal("none");
      expect(await terminate()).to.equal("none");
      expect(await states()).to.deep.equal(Array(8).fill("running"));
    });

    it("shows what has changed at once when it no longer lags, and no later than before when it lags more", async () => {
      await start({ instanceLagMs: 10_000 });
      await launch(8);
      expect(await states()).to.deep.equal([]);
      cloud.setConditions({ instanceLagMs: 0 });
      expect(await states()).to.deep.equal(Array(8).fill("pending"));
      cloud.setConditions({ instanceLagMs: 20_000 });
      await clock.advance(10_000);
      expect(await states()).to.deep.equal(Array(8).fill("pending"));
    });
  });

  describe("of SQS", () => {
    const create = async (QueueName: string) => {
      const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", { QueueName });
      return QueueUrl;
    };
    const send = (QueueUrl: string) => cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "m" });
    const depth = async (QueueUrl: string) => {
      const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
        QueueUrl,
        AttributeNames: ["ApproximateNumberOfMessages"],
      });
      return Number(Attributes?.ApproximateNumberOfMessages);
    };
    const visible = async (name: string) => {
      const { Datapoints = [] } = await cloud.call("monitoring", "GetMetricStatistics", {
        Namespace: "AWS/SQS",
        MetricName: "ApproximateNumberOfMessagesVisible",
        Dimensions: [{ Name: "QueueName", Value: name }],
        StartTime: new Date(Date.UTC(2026, 0, 1)),
        EndTime: new Date(clock.now() + MINUTE),
        Period: 60,
        Statistics: ["Maximum"],
      });
      return new Map(Datapoints.map(({ Timestamp, Maximum }) => [Timestamp!.getTime(), Maximum]));
    };

    it("tells how many messages there were a moment ago", async () => {
      await start({ queueDepthLagMs: 10_000 });
      const url = await create("work");
      for (let second = 0; second < 20; second++) {
        await send(url);
        await clock.advance(1000);
      }
      const told: number[] = [];
      for (let call = 0; call < 20; call++) told.push(await depth(url));
      expect(Math.max(...told), told.join()).to.be.at.most(20);
      expect(Math.min(...told), told.join()).to.be.at.least(10);
      expect(new Set(told).size, told.join()).to.be.greaterThan(3);
      await clock.advance(10_000);
      expect(await depth(url)).to.equal(20);
    });

    it("reports a minute's metrics up to a minute late", async () => {
      await start({ lateQueueMetrics: true });
      await send(await create("work"));
      const at = clock.now();
      await clock.advance(MINUTE);
      expect(await visible("work")).to.deep.equal(new Map());
      await clock.advance(MINUTE);
      expect((await visible("work")).get(at)).to.equal(1);
    });

    it("reports nothing of an empty queue that nobody has called for six hours, and begins again late", async () => {
      await start({ lateQueueMetrics: true });
      const url = await create("dead-letters");
      const created = clock.now();
      await clock.advance(8 * HOUR);
      const silent = await visible("dead-letters");
      expect(silent.has(created + 5 * HOUR)).to.equal(true);
      expect(silent.has(created + 7 * HOUR)).to.equal(false);
      const used = clock.now();
      await send(url);
      await clock.advance(MINUTE);
      expect((await visible("dead-letters")).size).to.equal(silent.size);
      await clock.advance(17 * MINUTE);
      const again = [...(await visible("dead-letters")).keys()].filter((time) => time >= used);
      expect(again).not.to.deep.equal([]);
      // Seven hours with a message in it are not silent.
      await clock.advance(7 * HOUR);
      expect((await visible("dead-letters")).has(clock.now() - 5 * MINUTE)).to.equal(true);
    });
  });

  describe("of alarms", () => {
    const transitions = async (count: number) => {
      const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", { QueueName: "events" });
      const arn = `arn:aws:sqs:us-east-1:${cloud.context.accountId}:events`;
      await cloud.call("sqs", "SetQueueAttributes", {
        QueueUrl,
        Attributes: {
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: {
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: arn,
            },
          }),
        },
      });
      await cloud.call("events", "PutRule", {
        Name: "alarms",
        EventPattern: JSON.stringify({ source: ["aws.cloudwatch"] }),
      });
      await cloud.call("events", "PutTargets", { Rule: "alarms", Targets: [{ Id: "1", Arn: arn }] });
      await cloud.call("monitoring", "PutMetricAlarm", {
        AlarmName: "a",
        Namespace: "N",
        MetricName: "m",
        Statistic: "Sum",
        Period: 3600,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
        TreatMissingData: "ignore",
      });
      const times: string[] = [];
      for (let index = 0; index < count; index++) {
        times.push(new Date(clock.now()).toISOString().slice(0, 19));
        await cloud.call("monitoring", "SetAlarmState", {
          AlarmName: "a",
          StateValue: index % 2 === 0 ? "ALARM" : "OK",
          StateReason: "test",
        });
        await clock.advance(10_000);
      }
      await clock.advance(3 * MINUTE);
      const received: string[] = [];
      for (;;) {
        const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", { QueueUrl });
        const [message] = Messages;
        if (message === undefined) return { times, received };
        received.push((JSON.parse(message.Body ?? "") as { time: string }).time.slice(0, 19));
      }
    };

    it("reach EventBridge late, some twice, not always in their order, and none is lost", async () => {
      await start({ looseAlarmEvents: true });
      const { times, received } = await transitions(30);
      expect(new Set(received)).to.deep.equal(new Set(times));
      expect(received.length).to.be.within(31, 45);
      expect(received).not.to.deep.equal([...received].sort());
    });

    it("reach it once, in order, in a kind cloud", async () => {
      await start({});
      const { times, received } = await transitions(10);
      expect(received).to.deep.equal(times);
    });

    it("come mostly within seconds, at worst within two minutes", async () => {
      await start({});
      const chance = seededRandom(1);
      const all = Array.from({ length: 1000 }, () => looseDelays(chance));
      const delays = all.flat();
      expect(Math.max(...delays)).to.be.within(60_000, 120_000);
      expect(delays.filter((delay) => delay <= 5000).length / delays.length).to.be.within(0.8, 0.95);
      expect(all.filter((times) => times.length === 2).length).to.be.within(150, 250);
    });
  });
});
