import { expect } from "chai";
import { cpuQueries, samplesFrom } from "../../../../handlers/scaling/cpuMetric";

const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 12, minute));

describe("cpuQueries", () => {
  it("asks for each instance's own average by minute", () => {
    expect(cpuQueries(["i-0a1", "i-0b2"])).to.deep.equal([
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
    const calls = cpuQueries(ids);
    expect(calls.map((queries) => queries.length)).to.deep.equal([500, 500, 1]);
    expect(new Set(calls.flat().map(({ Id }) => Id)).size).to.equal(1_001);
  });

  it("asks nothing for no instances", () => {
    expect(cpuQueries([])).to.deep.equal([]);
  });
});

describe("samplesFrom", () => {
  it("gives each minute of each instance, over several pages of answers", () => {
    expect(
      samplesFrom([
        { Id: "i_0a1", Timestamps: [at(2), at(1)], Values: [80, 70] },
        { Id: "i_0b2", Timestamps: [at(1)], Values: [3] },
        { Id: "i_0b2", Timestamps: [at(2)], Values: [4] },
      ]),
    ).to.deep.equal([
      { instanceId: "i-0a1", time: at(2).getTime(), cpuPercent: 80 },
      { instanceId: "i-0a1", time: at(1).getTime(), cpuPercent: 70 },
      { instanceId: "i-0b2", time: at(1).getTime(), cpuPercent: 3 },
      { instanceId: "i-0b2", time: at(2).getTime(), cpuPercent: 4 },
    ]);
  });

  it("leaves out what is missing or no number", () => {
    expect(
      samplesFrom([{ Id: "i_0a1", Timestamps: [at(1), at(2)], Values: [NaN] }, { Id: "i_0b2" }]),
    ).to.deep.equal([]);
  });
});
