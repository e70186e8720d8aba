import { expect } from "chai";
import { embeddedMetrics } from "../../../src/services/cloudWatch/embeddedMetricFormat";
import { statistic } from "../../../src/services/cloudWatch/statistics";

const line = (members: object, directive: object = {}) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: "Shop",
          Dimensions: [["service"]],
          Metrics: [{ Name: "processed", Unit: "Count" }],
          ...directive,
        },
      ],
    },
    ...members,
  });

const summary = (text: string) =>
  embeddedMetrics(text).map(({ identity, data }) => [
    identity.name,
    identity.dimensions.map((d) => `${d.Name}=${d.Value}`).join(","),
    statistic(data, "Sum"),
    statistic(data, "SampleCount"),
  ]);

describe("embeddedMetrics", () => {
  it("reads a metric under each of its dimension sets", () => {
    const directive = { Dimensions: [["service"], ["service", "table"], []] };
    expect(summary(line({ service: "orders", table: "t", processed: 7 }, directive))).to.deep.equal([
      ["processed", "service=orders", 7, 1],
      ["processed", "service=orders,table=t", 7, 1],
      ["processed", "", 7, 1],
    ]);
  });

  it("reads a list of values as so many samples", () => {
    expect(summary(line({ service: "orders", processed: [1, 2, 3] }))).to.deep.equal([
      ["processed", "service=orders", 6, 3],
    ]);
  });

  it("leaves out a metric without a value and a set without its dimensions", () => {
    expect(summary(line({ service: "orders" }))).to.deep.equal([]);
    expect(summary(line({ processed: 1 }))).to.deep.equal([]);
  });

  for (const text of [
    "",
    "plain text",
    '{not json with "CloudWatchMetrics"',
    '{"_aws":{"CloudWatchMetrics":3}}',
  ]) {
    it(`finds nothing in ${JSON.stringify(text)}`, () => {
      expect(embeddedMetrics(text)).to.deep.equal([]);
    });
  }
});
