import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import sinon from "sinon";
import { awsCpu } from "../../../../handlers/scaling/awsCpu";
import { metricQueries } from "../../../../handlers/scaling/cpuMetric";
import { awsLoadMetric } from "../../../../handlers/scaling/loadMetric";
import { NOW, WAKE_METRIC } from "./situation";
import { answering } from "./awsCalls";

const at = (minute: number) => new Date(NOW + minute * 60_000);

describe("awsCpu", () => {
  afterEach(() => sinon.restore());

  it("reads every page of every call, up to now", async () => {
    const ids = Array.from({ length: 500 }, (_, index) => `i-${index}`);
    const { calls } = answering(CloudWatchClient, [
      { MetricDataResults: [{ Id: "i_1", Timestamps: [at(0)], Values: [10] }], NextToken: "more" },
      { MetricDataResults: [{ Id: "wake", Timestamps: [at(0)], Values: [7] }], NextToken: "" },
      { MetricDataResults: [{ Id: "i_499", Timestamps: [at(1)], Values: [20] }] },
    ]);
    const before = Date.now();
    expect(await awsCpu().since(NOW, ids, WAKE_METRIC)).to.deep.equal({
      cpu: [
        { instanceId: "i-1", time: NOW, cpuPercent: 10 },
        { instanceId: "i-499", time: NOW + 60_000, cpuPercent: 20 },
      ],
      wake: [7],
    });
    const [first, second] = metricQueries(ids, WAKE_METRIC);
    const found = await calls();
    for (const { operation, input, attempts } of found) {
      expect({ operation, attempts }).to.deep.equal({ operation: "GetMetricData", attempts: 3 });
      const { StartTime, EndTime } = input as { readonly StartTime: Date; readonly EndTime: Date };
      expect(StartTime).to.deep.equal(new Date(NOW));
      expect(EndTime.getTime()).to.be.within(before, Date.now());
    }
    expect(found.map(({ input }) => input as { NextToken?: string; MetricDataQueries: unknown })).to.satisfy(
      (inputs: { NextToken?: string; MetricDataQueries: unknown }[]) => {
        expect(inputs.map(({ MetricDataQueries }) => MetricDataQueries)).to.deep.equal([
          first,
          first,
          second,
        ]);
        expect(inputs.map((input) => ("NextToken" in input ? input.NextToken : "none"))).to.deep.equal([
          "none",
          "more",
          "none",
        ]);
        return true;
      },
    );
  });

  it("takes no failure to read one metric for its silence", async () => {
    const read = { Id: "i_1", Timestamps: [at(0)], Values: [10], StatusCode: "Complete" };
    for (const [failed, problem] of [
      [
        { Id: "i_2", StatusCode: "InternalError", Messages: [{ Code: "x", Value: "try again" }] },
        "CloudWatch could not read i_2: InternalError: try again",
      ],
      [{ Id: "wake", StatusCode: "Forbidden" }, "CloudWatch could not read wake: Forbidden"],
      [{ StatusCode: "InternalError" }, "CloudWatch could not read a metric: InternalError"],
    ] as const) {
      answering(CloudWatchClient, [{ MetricDataResults: [read, failed] }]);
      const failure: unknown = await awsCpu()
        .since(NOW, ["i-1", "i-2"], WAKE_METRIC)
        .catch((error: unknown) => error);
      expect(failure).to.be.an("error").with.property("message", problem);
      sinon.restore();
    }
    answering(CloudWatchClient, [
      { MetricDataResults: [{ ...read, StatusCode: "PartialData" }], NextToken: "more" },
      { MetricDataResults: [{ ...read, Timestamps: [at(1)] }] },
    ]);
    expect((await awsCpu().since(NOW, ["i-1"], undefined)).cpu).to.have.length(2);
  });

  it("has nothing where CloudWatch has nothing, and asks nothing for nothing", async () => {
    answering(CloudWatchClient, [{}]);
    const nothing = { cpu: [], wake: [] };
    expect(await awsCpu().since(NOW, ["i-1"], undefined)).to.deep.equal(nothing);
    expect(await awsCpu().since(NOW, [], undefined)).to.deep.equal(nothing);
  });
});

describe("awsLoadMetric", () => {
  afterEach(() => sinon.restore());

  it("reads the greatest load of each stretch of the last weeks, page by page", async () => {
    const { calls } = answering(CloudWatchClient, [
      {
        MetricDataResults: [{ Timestamps: [at(0), at(5), at(10)], Values: [0.5, NaN] }, {}],
        NextToken: "more",
      },
      { MetricDataResults: [{ Timestamps: [at(15)], Values: [0] }], NextToken: "" },
    ]);
    expect(await awsLoadMetric("shop/dev", "fleet-scale").history(NOW)).to.deep.equal([
      { time: NOW, load: 0.5 },
      { time: at(15).getTime(), load: 0 },
    ]);
    const input = {
      MetricDataQueries: [
        {
          Id: "load",
          MetricStat: {
            Metric: {
              Namespace: "shop/dev",
              MetricName: "FleetLoad",
              Dimensions: [{ Name: "service", Value: "fleet-scale" }],
            },
            Period: 300,
            Stat: "Maximum",
          },
        },
      ],
      StartTime: new Date(NOW - 15 * 24 * 3_600_000),
      EndTime: new Date(NOW),
    };
    expect(await calls()).to.deep.equal([
      { operation: "GetMetricData", input, attempts: 3 },
      { operation: "GetMetricData", input: { ...input, NextToken: "more" }, attempts: 3 },
    ]);
  });

  it("publishes the load of the minute that it was measured in", () => {
    const log = sinon.stub(console, "log");
    const before = process.env;
    // Has Powertools write to the console that tests see.
    process.env = { ...before, POWERTOOLS_DEV: "true", POWERTOOLS_METRICS_DISABLED: "false" };
    const time = Date.now() - 90_000;
    try {
      awsLoadMetric("shop/dev", "fleet-scale").publish({ time, load: 1.5 });
      const [line] = log.args.flat() as string[];
      const { _aws, ...values } = JSON.parse(line ?? "") as { readonly _aws: object };
      expect(values).to.deep.equal({ service: "fleet-scale", FleetLoad: 1.5 });
      expect(_aws).to.deep.equal({
        Timestamp: time,
        CloudWatchMetrics: [
          {
            Namespace: "shop/dev",
            Dimensions: [["service"]],
            Metrics: [{ Name: "FleetLoad", Unit: "Count" }],
          },
        ],
      });
    } finally {
      log.restore();
      process.env = before;
    }
  });

  it("has no history where CloudWatch has none", async () => {
    answering(CloudWatchClient, [{}]);
    expect(await awsLoadMetric("shop/dev", "fleet-scale").history(NOW)).to.deep.equal([]);
  });
});
