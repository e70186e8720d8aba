import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { type Conditions, kind } from "../../../src/core/conditions/conditions";
import type { Principal } from "../../../src/core/iam/principal";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import { createFunction, createQueue, createRole } from "../lambda/support";

const MINUTE = 60_000;
const IMAGE = "ami-0a12023000000864a";

let clock: SteppedClock;
let cloud: TestCloud;
let turn = 0;

/** A name that no probe has used before. */
const fresh = (name: string) => `${name}-${++turn}`;
const isRefused = (call: Promise<unknown>) =>
  call.then(
    () => false,
    () => true,
  );

async function launch(count: number, more: object = {}): Promise<string[]> {
  const { Instances = [] } = await cloud.call("ec2", "RunInstances", {
    ImageId: IMAGE,
    InstanceType: "t3.micro",
    MinCount: count,
    MaxCount: count,
    Monitoring: { Enabled: true },
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
    ...more,
  });
  return Instances.map(({ InstanceId = "" }) => InstanceId);
}

/** Of one minute of a fleet that has more work than it can do: the minute begins `wait` from now. */
async function cpuOf(
  dimension: readonly [string, string],
  wait: number,
  statistic: "Average" | "SampleCount",
) {
  await clock.advance(wait);
  const start = Math.floor(clock.now() / MINUTE) * MINUTE;
  await clock.advance(start + MINUTE + 1 - clock.now());
  const [Name, Value] = dimension;
  const { Datapoints = [] } = await cloud.call("monitoring", "GetMetricStatistics", {
    Namespace: "AWS/EC2",
    MetricName: "CPUUtilization",
    Dimensions: [{ Name, Value }],
    StartTime: new Date(start),
    EndTime: new Date(start + MINUTE),
    Period: 60,
    Statistics: [statistic],
  });
  return Datapoints[0]?.[statistic] ?? 0;
}

interface Probe<Value> {
  /** What it is switched on with. */
  readonly on: Value;
  /** Once, before the condition is looked at for the first time. */
  readonly prepare?: () => Promise<unknown>;
  /** Whether the condition is felt just now. */
  readonly isFelt: () => Promise<boolean>;
}

/** The types say that no condition is left out: each is read while the cloud runs. */
const PROBES: { readonly [Name in keyof Conditions]: Probe<Conditions[Name]> } = {
  lambdaConcurrency: {
    on: 1,
    prepare: () =>
      createFunction(cloud, "slow", "exports.handler = () => new Promise((done) => setTimeout(done, 200));"),
    isFelt: async () => {
      const invoke = () => isRefused(cloud.call("lambda", "Invoke", { FunctionName: "slow" }));
      return (await Promise.all([invoke(), invoke()])).includes(true);
    },
  },
  sesSandbox: {
    on: true,
    prepare: () => cloud.call("ses", "CreateEmailIdentity", { EmailIdentity: "shop.example" }),
    isFelt: async () => {
      const { ProductionAccessEnabled } = await cloud.call("ses", "GetAccount", {});
      const refused = await isRefused(
        cloud.call("ses", "SendEmail", {
          FromEmailAddress: "a@shop.example",
          Destination: { ToAddresses: ["b@elsewhere.example"] },
          Content: { Simple: { Subject: { Data: "s" }, Body: { Text: { Data: "b" } } } },
        }),
      );
      expect(refused).to.equal(ProductionAccessEnabled === false);
      return refused;
    },
  },
  ec2Vcpus: { on: 0, isFelt: () => isRefused(launch(1)) },
  runInstancesRate: {
    on: true,
    isFelt: async () =>
      (await Promise.all(Array.from({ length: 6 }, () => isRefused(launch(1))))).includes(true),
  },
  dynamodbThroughput: {
    on: true,
    prepare: () => createTable("hot"),
    isFelt: async () => {
      const Item = { id: { S: "one" }, text: { S: "x".repeat(399 * 1024) } };
      const put = () => isRefused(cloud.call("dynamodb", "PutItem", { TableName: "hot", Item }));
      return (await Promise.all([put(), put(), put(), put()])).includes(true);
    },
  },
  timeToLiveLagMs: {
    on: 48 * 60 * MINUTE,
    prepare: async () => {
      await createTable("expiring");
      await cloud.call("dynamodb", "UpdateTimeToLive", {
        TableName: "expiring",
        TimeToLiveSpecification: { Enabled: true, AttributeName: "at" },
      });
    },
    isFelt: async () => {
      const id = { S: fresh("item") };
      const at = { N: String(Math.floor(clock.now() / 1000) + 1) };
      await cloud.call("dynamodb", "PutItem", { TableName: "expiring", Item: { id, at } });
      await clock.advance(2 * MINUTE);
      const { Item } = await cloud.call("dynamodb", "GetItem", { TableName: "expiring", Key: { id } });
      return Item !== undefined;
    },
  },
  sqsInFlight: {
    on: 1,
    prepare: () => createQueue(cloud, "work"),
    isFelt: async () => {
      const QueueUrl = `${cloud.endpoint}/000000000000/work`;
      for (const MessageBody of ["1", "2", "3"])
        await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody });
      const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
      });
      await cloud.call("sqs", "PurgeQueue", { QueueUrl });
      await clock.advance(2 * MINUTE);
      return Messages.length === 1;
    },
  },
  payloadLimits: {
    on: true,
    prepare: async () => {
      await cloud.call("sns", "CreateTopic", { Name: "news" });
      await createFunction(cloud, "large", "exports.handler = async () => 'x'.repeat(7 * 1024 * 1024);");
    },
    isFelt: async () => {
      const text = "x".repeat(2 * 1024 * 1024);
      const { FunctionError } = await cloud.call("lambda", "Invoke", { FunctionName: "large" });
      const felt = [
        FunctionError !== undefined,
        await isRefused(
          cloud.call("sns", "Publish", {
            TopicArn: "arn:aws:sns:us-east-1:000000000000:news",
            Message: text,
          }),
        ),
        await isRefused(
          cloud.call("events", "PutEvents", {
            Entries: [{ Source: "s", DetailType: "d", Detail: JSON.stringify({ text }) }],
          }),
        ),
        await isRefused(
          cloud.call("lambda", "Invoke", {
            FunctionName: "large",
            InvocationType: "Event",
            Payload: Buffer.from(JSON.stringify(text)),
          }),
        ),
      ];
      expect(new Set(felt).size, felt.join()).to.equal(1);
      return felt.includes(true);
    },
  },
  shuffledAnswers: {
    on: true,
    isFelt: async () => {
      const orders = new Set<string>();
      for (let call = 0; call < 20; call++) {
        const { Subnets = [] } = await cloud.call("ec2", "DescribeSubnets", {});
        orders.add(Subnets.map(({ SubnetId }) => SubnetId).join());
      }
      return orders.size > 1;
    },
  },
  iamPropagationMs: {
    on: MINUTE,
    isFelt: async () => {
      const roleName = fresh("worker");
      await createRole(cloud, roleName, [{ Action: "sqs:ListQueues", Resource: "*" }]);
      const { accountId } = cloud.context;
      const worker: Principal = { kind: "role", accountId, roleName, sessionName: "s" };
      return await isRefused(cloud.context.call("sqs", "ListQueues", {}, worker));
    },
  },
  instanceLagMs: {
    on: MINUTE,
    isFelt: async () => {
      const InstanceIds = await launch(8);
      return await isRefused(cloud.call("ec2", "DescribeInstances", { InstanceIds }));
    },
  },
  queueDepthLagMs: {
    on: MINUTE,
    prepare: () => createQueue(cloud, "work"),
    isFelt: async () => {
      const QueueUrl = `${cloud.endpoint}/000000000000/work`;
      const told = new Set<string | undefined>();
      for (let second = 0; second < 20; second++) {
        await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "m" });
        await clock.advance(1000);
      }
      for (let call = 0; call < 20; call++) {
        const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
          QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages"],
        });
        told.add(Attributes?.ApproximateNumberOfMessages);
      }
      return told.size > 1;
    },
  },
  lateQueueMetrics: {
    on: true,
    prepare: () => createQueue(cloud, "work"),
    isFelt: async () => {
      const QueueUrl = `${cloud.endpoint}/000000000000/work`;
      await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "m" });
      await clock.advance((Math.floor(clock.now() / MINUTE) + 1) * MINUTE + 1 - clock.now());
      const { Datapoints = [] } = await cloud.call("monitoring", "GetMetricStatistics", {
        Namespace: "AWS/SQS",
        MetricName: "NumberOfMessagesSent",
        Dimensions: [{ Name: "QueueName", Value: "work" }],
        StartTime: new Date(clock.now() - MINUTE - 1),
        EndTime: new Date(clock.now()),
        Period: 60,
        Statistics: ["Sum"],
      });
      await clock.advance(2 * MINUTE);
      return Datapoints.length === 0;
    },
  },
  looseAlarmEvents: {
    on: true,
    prepare: () =>
      cloud.call("monitoring", "PutMetricAlarm", {
        AlarmName: "a",
        Namespace: "N",
        MetricName: "m",
        Statistic: "Sum",
        Period: 3600,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
        TreatMissingData: "ignore",
      }),
    isFelt: async () => {
      let told = 0;
      const end = cloud.context.events.subscribe((event) => {
        if (event.type === "request" && event.operation === "PutEvents") told++;
      });
      for (const StateValue of ["ALARM", "OK"] as const)
        await cloud.call("monitoring", "SetAlarmState", { AlarmName: "a", StateValue, StateReason: "test" });
      end();
      await clock.advance(3 * MINUTE);
      return told < 2;
    },
  },
  bootCpu: {
    on: { seconds: 600, percent: 90 },
    prepare: startLoad(0),
    isFelt: async () => {
      const [id = ""] = await launch(1);
      return (await cpuOf(["InstanceId", id], 2 * MINUTE, "Average")) > 80;
    },
  },
  staggeredMetrics: {
    on: true,
    prepare: startLoad(1),
    isFelt: async () => {
      const ids = await launch(10);
      const counted = await cpuOf(["ImageId", IMAGE], 2 * MINUTE, "SampleCount");
      await cloud.call("ec2", "TerminateInstances", { InstanceIds: ids });
      await clock.advance(5 * MINUTE);
      return counted < 10;
    },
  },
  cpuCredits: {
    on: true,
    prepare: startLoad(99),
    isFelt: async () => {
      const [id = ""] = await launch(1, { CreditSpecification: { CpuCredits: "standard" } });
      return (await cpuOf(["InstanceId", id], 3 * MINUTE, "Average")) < 50;
    },
  },
  otherInstances: {
    on: { count: 3, cpuPercent: 80 },
    prepare: startLoad(1),
    isFelt: async () => {
      const ids = await launch(1);
      const counted = await cpuOf(["ImageId", IMAGE], 2 * MINUTE, "SampleCount");
      await cloud.call("ec2", "TerminateInstances", { InstanceIds: ids });
      await clock.advance(5 * MINUTE);
      return counted === 4;
    },
  },
};

function startLoad(demand: number) {
  return () => {
    cloud.createLoad({ fleetTags: { Fleet: "web" }, demand: () => demand, bootstrapMs: 0, delayMs: 0 });
    return Promise.resolve();
  };
}

function createTable(TableName: string) {
  return cloud.call("dynamodb", "CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
}

describe("the conditions of a running cloud", function () {
  this.timeout(20_000);

  beforeEach(async () => {
    clock = new SteppedClock();
    cloud = await startTestCloud({ clock, conditions: kind });
  });
  afterEach(() => cloud.close());

  for (const [name, { on, prepare, isFelt }] of Object.entries(PROBES))
    it(`${name} is felt from when it is switched on until it is switched off`, async () => {
      await prepare?.();
      const felt: boolean[] = [];
      for (const value of [undefined, on, kind[name as keyof Conditions], on]) {
        if (value !== undefined) cloud.setConditions({ [name]: value });
        felt.push(await isFelt());
      }
      expect(felt).to.deep.equal([false, true, false, true]);
    });

  it("lets what had to wait go at once, when it need not any more", async () => {
    cloud.setConditions({ timeToLiveLagMs: 48 * 60 * MINUTE });
    await PROBES.timeToLiveLagMs.prepare?.();
    expect(await PROBES.timeToLiveLagMs.isFelt()).to.equal(true);
    cloud.setConditions({ timeToLiveLagMs: 0 });
    await clock.advance(MINUTE);
    expect((await cloud.call("dynamodb", "Scan", { TableName: "expiring" })).Count).to.equal(0);
  });

  it("stay as they are when one of a change is wrong, which is named", () => {
    expect(() => cloud.setConditions({ ec2Vcpus: 1, iamPropagationMs: Infinity })).to.throw(
      RangeError,
      /^conditions\.iamPropagationMs: got Infinity; expected a number of at least 0$/,
    );
    expect(cloud.context.conditions).to.deep.equal(kind);
    cloud.setConditions({ ec2Vcpus: Infinity });
  });
});
