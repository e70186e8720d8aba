import { expect } from "chai";
import { cpuQueries, datapointsFrom } from "../../../../handlers/scaling/cpuMetric";

const at = (minute: number) => new Date(Date.UTC(2026, 5, 1, 12, minute));

describe("cpuQueries", () => {
  it("asks for average and count of the given dimensions", () => {
    const queries = cpuQueries(
      { kind: "dimensions", dimensions: { InstanceType: "t3.micro" } },
      { key: "Fleet", value: "web" },
      ["ami-1"],
    );
    expect(
      queries.map(({ Id, MetricStat }) => [Id, MetricStat?.Stat, MetricStat?.Metric?.Dimensions]),
    ).to.deep.equal([
      ["average0", "Average", [{ Name: "InstanceType", Value: "t3.micro" }]],
      ["count0", "SampleCount", [{ Name: "InstanceType", Value: "t3.micro" }]],
    ]);
  });

  it("asks for every image in the fleet, once each", () => {
    const source = { kind: "dimensions", dimensions: { ImageId: "ami-2" } } as const;
    const images = cpuQueries(source, { key: "Fleet", value: "web" }, ["ami-1", "ami-2", "ami-1"]).map(
      ({ MetricStat }) => MetricStat?.Metric?.Dimensions?.[0]?.Value,
    );
    expect(images).to.deep.equal(["ami-1", "ami-1", "ami-2", "ami-2"]);
  });

  it("asks Metrics Insights by the fleet's tag", () => {
    expect(
      cpuQueries({ kind: "fleetTag" }, { key: "Fleet", value: "web" }, []).map(
        ({ Expression }) => Expression,
      ),
    ).to.deep.equal([
      `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.Fleet = 'web'`,
      `SELECT COUNT(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.Fleet = 'web'`,
    ]);
  });
});

describe("datapointsFrom", () => {
  it("puts average and count of each minute together, oldest first", () => {
    const points = datapointsFrom([
      { Id: "average0", Timestamps: [at(2), at(1)], Values: [80, 70] },
      { Id: "count0", Timestamps: [at(1), at(2)], Values: [3, 4] },
    ]);
    expect(points).to.deep.equal([
      { time: at(1).getTime(), cpuPercent: 70, reporting: 3 },
      { time: at(2).getTime(), cpuPercent: 80, reporting: 4 },
    ]);
  });

  it("weighs images by their instances, also over several pages of answers", () => {
    const points = datapointsFrom([
      { Id: "average0", Timestamps: [at(1)], Values: [90] },
      { Id: "count0", Timestamps: [at(1)], Values: [1] },
      { Id: "average1", Timestamps: [at(1)], Values: [50] },
      { Id: "count1", Timestamps: [at(1)], Values: [3] },
      { Id: "average1", Timestamps: [at(2)], Values: [40] },
      { Id: "count1", Timestamps: [at(2)], Values: [3] },
    ]);
    expect(points).to.deep.equal([
      { time: at(1).getTime(), cpuPercent: 60, reporting: 4 },
      { time: at(2).getTime(), cpuPercent: 40, reporting: 3 },
    ]);
  });

  it("leaves the number of instances out where the metric has none", () => {
    expect(datapointsFrom([{ Id: "average0", Timestamps: [at(1)], Values: [70] }])).to.deep.equal([
      { time: at(1).getTime(), cpuPercent: 70 },
    ]);
  });

  it("gives nothing for an empty answer", () => {
    expect(datapointsFrom([{ Id: "average0" }, { Id: "count0", Timestamps: [], Values: [] }])).to.deep.equal(
      [],
    );
  });
});
