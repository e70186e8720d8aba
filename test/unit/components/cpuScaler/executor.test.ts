import { expect } from "chai";
import { cpuScalerArguments } from "../../../../components/cpuScaler/arguments";
import { defaultsOf, sentOf } from "../../../../components/parts/argumentTable";
import { WAKE_METRIC } from "../../handlers/scaling/situation";
import {
  arn,
  configurationOf,
  FLEET,
  FUNCTION,
  plainScaler,
  REQUIRED,
  richScaler,
  type Built,
} from "./support";

describe("CpuScaler runs a function", () => {
  let plain: Built;
  let rich: Built;
  before(async () => {
    plain = await plainScaler();
    rich = await richScaler();
  });

  it("that is told all it needs", () => {
    const { recorder } = plain;
    const { inputs } = recorder.find(FUNCTION, "web-scale");
    expect(inputs).to.deep.include({ timeout: 60, memorySize: 512 });
    expect(configurationOf(recorder)).to.deep.equal({
      ...sentOf(cpuScalerArguments, defaultsOf(cpuScalerArguments)),
      fleetTagKey: "Fleet",
      fleet: FLEET,
      launchTemplateId: "web-template-id",
      launchTemplateVersion: "1",
      tags: { Name: FLEET, Fleet: FLEET },
      journalTableName: "web-journal-0a1b2c3",
      subnetIds: REQUIRED.subnetIds,
      securityGroupIds: REQUIRED.securityGroupIds,
      publicIp: false,
      alarmArn: arn("web-cpu-high"),
      tickRuleArn: arn("web-tick"),
      instanceType: "t3.micro",
      imageId: REQUIRED.amiId,
      minInstances: 1,
      maxInstances: 4,
      targetCpuPercent: 60,
      reserveInstances: 0,
      tolerance: 0.1,
      warmupSeconds: 120,
      scaleInAfterSeconds: 300,
      maxStep: 10,
      paused: false,
    });
    expect(configurationOf(rich.recorder)).to.include({
      maxInstances: 7,
      reserveInstances: 2,
      paused: true,
      publicIp: true,
    });
    expect(configurationOf(rich.recorder)).to.deep.include({ minInstances: 0, wakeMetric: WAKE_METRIC });
  });

  it("without a reservation by default, as a new account allows none", () => {
    for (const name of ["web-scale", "web-end"]) {
      expect(plain.recorder.find(FUNCTION, name).inputs, name).not.to.have.property(
        "reservedConcurrentExecutions",
      );
    }
    expect(rich.recorder.find(FUNCTION, "web-scale").inputs).to.include({
      reservedConcurrentExecutions: 2,
    });
  });
});
