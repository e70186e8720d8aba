import { expect } from "chai";
import { measurementsFrom, metricQueries } from "../../../../handlers/scaling/cpuMetric";
import { WAKE_METRIC } from "./situation";

const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 12, minute));

describe("metricQueries", () => {
  it("asks for each instance's own average by minute", () => {
    expect(metricQueries(["i-0a1", "i-0b2"], undefined)).to.deep.equal([
      ["i-0a1", "i-0b2"].map((id) => ({
        Id: id.replace("-", "_"),
        MetricStat: {
          Metric: {
            Namespace: "AWS/EC2",
            MetricName: "CPUUtilization",
            Dimensions: [{ Name: "InstanceId", Value: id }],
          },
          Period: 60,
          Stat: "Average",
        },
      })),
    ]);
  });

  it("asks for at most 500 metrics a call, for each once", () => {
    const ids = Array.from({ length: 1_001 }, (_, index) => `i-${index}`);
    const calls = metricQueries(ids, undefined);
    expect(calls.map((queries) => queries.length)).to.deep.equal([500, 500, 1]);
    expect(new Set(calls.flat().map(({ Id }) => Id)).size).to.equal(1_001);
  });

  it("asks nothing for no instances", () => {
    expect(metricQueries([], undefined)).to.deep.equal([]);
  });

  it("asks for the metric that wakes the fleet too, in the same call, though there is no instance", () => {
    const Metric = {
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: "jobs" }],
    };
    const query = { Id: "wake", MetricStat: { Metric, Period: 60, Stat: "Maximum" } };
    expect(metricQueries([], WAKE_METRIC)).to.deep.equal([[query]]);
    expect(metricQueries(["i-0a1"], WAKE_METRIC)[0])
      .to.have.length(2)
      .and.to.deep.include(query);
    const ids = Array.from({ length: 500 }, (_, index) => `i-${index}`);
    expect(metricQueries(ids, WAKE_METRIC).map((queries) => queries.length)).to.deep.equal([500, 1]);
  });
});

describe("measurementsFrom", () => {
  it("gives each minute of each instance, over several pages of answers", () => {
    expect(
      measurementsFrom([
        { Id: "i_0a1", Timestamps: [at(2), at(1)], Values: [80, 70] },
        { Id: "i_0b2", Timestamps: [at(1)], Values: [3] },
        { Id: "i_0b2", Timestamps: [at(2)], Values: [4] },
      ]).cpu,
    ).to.deep.equal([
      { instanceId: "i-0a1", time: at(2).getTime(), cpuPercent: 80 },
      { instanceId: "i-0a1", time: at(1).getTime(), cpuPercent: 70 },
      { instanceId: "i-0b2", time: at(1).getTime(), cpuPercent: 3 },
      { instanceId: "i-0b2", time: at(2).getTime(), cpuPercent: 4 },
    ]);
  });

  it("leaves out what is missing or no number", () => {
    expect(
      measurementsFrom([
        { Id: "i_0a1", Timestamps: [at(1), at(2)], Values: [NaN] },
        { Id: "i_0b2" },
        { Id: "i_0b2", Timestamps: [at(1)] },
        { Id: "i_0b2", Values: [1] },
        { Id: "wake" },
        { Id: "wake", Timestamps: [at(1)], Values: [NaN] },
      ]),
    ).to.deep.equal({ cpu: [], wake: [] });
  });

  it("tells the metric that wakes the fleet from the CPU, over several pages of answers", () => {
    expect(
      measurementsFrom([
        { Id: "wake", Timestamps: [at(1)], Values: [0] },
        { Id: "i_0a1", Timestamps: [at(1)], Values: [70] },
        { Id: "wake", Timestamps: [at(2)], Values: [5] },
      ]),
    ).to.deep.equal({
      cpu: [{ instanceId: "i-0a1", time: at(1).getTime(), cpuPercent: 70 }],
      wake: [0, 5],
    });
  });
});
