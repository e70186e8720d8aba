import {
  CloudWatchClient,
  type Dimension,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { CloudWatchWorld, MINUTE } from "./support";

describe("What CloudWatch measures, and what it is told", () => {
  let world: CloudWatchWorld;
  beforeEach(async () => {
    world = await CloudWatchWorld.start();
  });
  afterEach(() => world.cloud.close());

  it("keeps, filters and aggregates metrics for the SDK's client", async () => {
    const { clock, cloud } = world;
    const client = new CloudWatchClient(cloud.client);
    const Dimensions = [{ Name: "Queue", Value: "orders" }];
    const now = new Date(clock.now());
    await client.send(
      new PutMetricDataCommand({
        Namespace: "Shop",
        MetricData: [
          { MetricName: "Age", Dimensions, Values: [1, 3], Counts: [1, 3], Timestamp: now },
          { MetricName: "Age", Value: 100, Timestamp: now },
        ],
      }),
    );
    const query = (Id: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: "Shop", MetricName: "Age", Dimensions }, Period: 300, Stat },
    });
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: now,
        EndTime: new Date(clock.now() + 10 * MINUTE),
        MetricDataQueries: [query("average", "Average"), query("median", "p50")],
      }),
    );
    const results = MetricDataResults?.map(({ Id, Values, Timestamps }) => [Id, Values, Timestamps]);
    expect(results).to.have.deep.members([
      ["average", [2.5], [now]],
      ["median", [3], [now]],
    ]);
  });

  it("measures queues once a minute, so that an alarm on their age works", async () => {
    const { clock, cloud, putAlarm, alarm } = world;
    const { QueueUrl = "" } = await cloud.call("sqs", "CreateQueue", {
      QueueName: "orders",
    });
    await putAlarm({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateAgeOfOldestMessage",
      Dimensions: [{ Name: "QueueName", Value: "orders" }],
      Statistic: "Maximum",
      Threshold: 100,
      EvaluationPeriods: 1,
    });
    await cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: "x" });
    await clock.advance(MINUTE);
    expect((await alarm()).StateValue).to.equal("OK");
    await clock.advance(MINUTE);
    expect((await alarm()).StateValue).to.equal("ALARM");
  });

  it("counts invocations, errors and throttles of functions, and takes the metrics that they log", async () => {
    const { clock, cloud } = world;
    const ended = { type: "invocation-ended", functionName: "f", requestId: "r", durationMs: 40 } as const;
    cloud.context.events.publish({ ...ended, outcome: "succeeded" });
    cloud.context.events.publish({ ...ended, outcome: "timed-out" });
    cloud.context.events.publish({ ...ended, outcome: "throttled" });
    cloud.context.events.publish({ type: "stream-batch-sent", functionName: "f", iteratorAgeMs: 1500 });
    const message = JSON.stringify({
      _aws: {
        Timestamp: clock.now(),
        CloudWatchMetrics: [{ Namespace: "Shop", Dimensions: [[]], Metrics: [{ Name: "processed" }] }],
      },
      processed: 7,
    });
    cloud.context.events.publish({ type: "log", logGroupName: "g", logStreamName: "s", message });

    const sum = async (Namespace: string, MetricName: string, Dimensions: Dimension[]) => {
      const { Datapoints } = await cloud.call("monitoring", "GetMetricStatistics", {
        Namespace,
        MetricName,
        Dimensions,
        StartTime: new Date(clock.now()),
        EndTime: new Date(clock.now() + MINUTE),
        Period: 60,
        Statistics: ["Sum"],
      });
      return Datapoints!.map((point) => point.Sum);
    };
    const Dimensions = [{ Name: "FunctionName", Value: "f" }];
    const names = ["Invocations", "Errors", "Throttles", "Duration", "IteratorAge"];
    const sums = await Promise.all(names.map((name) => sum("AWS/Lambda", name, Dimensions)));
    expect(sums).to.deep.equal([[2], [1], [1], [80], [1500]]);
    expect(await sum("Shop", "processed", [])).to.deep.equal([7]);
  });

  it("lets nobody but AWS's services report to AWS's namespaces", async () => {
    const { cloud } = world;
    const error = await cloud
      .call("monitoring", "PutMetricData", {
        Namespace: "AWS/EC2",
        MetricData: [{ MetricName: "CPUUtilization", Value: 1 }],
      })
      .catch((cause: unknown) => cause as Error);
    expect(error).to.include({ name: "InvalidParameterValueException" });
  });
});
