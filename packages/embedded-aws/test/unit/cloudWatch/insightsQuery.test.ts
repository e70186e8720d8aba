import { expect } from "chai";
import { isInsightsQuery, parseInsightsQuery } from "../../../src/services/cloudWatch/insightsQuery";

describe("parseInsightsQuery", () => {
  it("reads a query over the instances with a tag", () => {
    const text = `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.Fleet = 'web''s'`;
    expect(isInsightsQuery(text)).to.equal(true);
    expect(parseInsightsQuery(text)).to.deep.equal({
      statistic: "Average",
      metricName: "CPUUtilization",
      namespace: "AWS/EC2",
      schema: ["InstanceId"],
      conditions: [{ kind: "tag", name: "Fleet", value: "web's" }],
    });
  });

  it("reads a query over a whole namespace, with several conditions, in any case and spacing", () => {
    const text = `select max( "Order Age" ) from "Shop" where Region='eu' and tag."team name" = 'a b' `;
    expect(parseInsightsQuery(text)).to.deep.equal({
      statistic: "Maximum",
      metricName: "Order Age",
      namespace: "Shop",
      conditions: [
        { kind: "dimension", name: "Region", value: "eu" },
        { kind: "tag", name: "team name", value: "a b" },
      ],
    });
  });

  const refused: readonly (readonly [string, string])[] = [
    [`SELECT MEDIAN(a) FROM "N"`, 'got "MEDIAN"; expected AVG, COUNT, MAX, MIN, SUM'],
    [`SELECT AVG(a) FROM "N" GROUP BY b`, 'got "GROUP"; expected the end'],
    [`SELECT AVG(a) FROM SCHEMA("N", b`, 'got the end; expected ")"'],
    [`SELECT AVG(a) FROM "N" WHERE b = c`, 'got "c"; expected a value in single quotes'],
    [`SELECT AVG(a) FROM "N" WHERE b = 'c' ; DROP`, 'cannot read "; DROP"'],
  ];
  for (const [text, reason] of refused) {
    it(`refuses ${text}`, () => {
      expect(() => parseInsightsQuery(text)).to.throw(reason);
    });
  }
});
