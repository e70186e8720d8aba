import { expect } from "chai";
import { parseConfiguration } from "../../../../handlers/scaling/configuration";
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
