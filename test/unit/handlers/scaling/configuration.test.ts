import { expect } from "chai";
import { parseConfiguration, parseGroupConfiguration } from "../../../../handlers/scaling/configuration";
import { configuration } from "./situation";

describe("parseConfiguration", () => {
  it("reads what the component writes", () => {
    expect(parseConfiguration(JSON.stringify(configuration))).to.deep.equal(configuration);
  });

  for (const [what, json, problem] of [
    ["nothing", undefined, /SCALER is not valid: SCALER: expected the configuration as JSON/],
    ["no JSON", "{", /SCALER is not valid: SCALER: /],
    [
      "a missing member",
      JSON.stringify({ ...configuration, fleet: undefined }),
      /SCALER is not valid: fleet: /,
    ],
    [
      "a schedule without limits, or with what nothing reads",
      JSON.stringify({ ...configuration, schedule: [{ cron: "0 8 * * *", timezone: 1, desired: 2 }] }),
      /schedule\.0\.timezone: .*schedule\.0\.min: .*schedule\.0\.max: .*schedule\.0\.desired: /,
    ],
    [
      "a metric to wake by that says too little, or what nothing reads",
      JSON.stringify({ ...configuration, wakeMetric: { name: "", dimensions: { QueueName: "" }, below: 1 } }),
      /wakeMetric\.namespace: .*wakeMetric\.name: .*wakeMetric\.dimensions\.QueueName: .*wakeMetric\.above: .*wakeMetric\.below: /,
    ],
    [
      "several bad members, all named",
      JSON.stringify({ ...configuration, maxInstances: -1, targetCpuPercent: 0, metric: { kind: "magic" } }),
      /maxInstances: .*targetCpuPercent: /,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseConfiguration(json)).to.throw(problem);
    });
  }
});

describe("parseGroupConfiguration", () => {
  const { launchTemplateId: _id, subnetIds: _subnets, ...common } = configuration;

  it("reads the group, and what every scaler is told", () => {
    const read = parseGroupConfiguration(JSON.stringify({ ...common, autoScalingGroupName: "web" }));
    expect(read).to.include({ autoScalingGroupName: "web", fleet: "web", fleetTagKey: "Fleet" });
  });

  it("refuses one without a group, or without the fleet", () => {
    expect(() => parseGroupConfiguration(JSON.stringify(common))).to.throw(/: autoScalingGroupName: /);
    const nameless = { ...common, autoScalingGroupName: "", fleet: "" };
    expect(() => parseGroupConfiguration(JSON.stringify(nameless))).to.throw(
      /fleet: .*autoScalingGroupName: /,
    );
  });
});
