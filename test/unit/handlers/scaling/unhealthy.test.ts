import { expect } from "chai";
import type { Decision, Findings } from "../../../../handlers/scaling/decision";
import { withReplacements } from "../../../../handlers/scaling/unhealthy";
import { member, settings } from "./situation";

const findings: Findings = { measured: 3, running: 3, pending: 0, warmingUp: 0, wanted: 2, desired: 2 };
const shrink: Decision = { action: "terminate", instanceIds: ["i-a"], others: ["i-b"], findings };

describe("instances of no use, and idle ones", () => {
  it("go in steps, those of no use first; in place of what is protected goes who was to go anyway", () => {
    const sick = [member("i-sick")];
    for (const [maxStep, instanceIds, others] of [
      [1, ["i-sick"], ["i-a"]],
      [2, ["i-sick", "i-a"], []],
    ] as const)
      expect(withReplacements(shrink, sick, 3, { ...settings, maxStep })).to.deep.equal({
        action: "terminate",
        instanceIds,
        others,
        findings: { ...findings, unhealthy: 1 },
      });
  });
});
