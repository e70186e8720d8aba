import { expect } from "chai";
import { FUNCTION, plainScaler, REQUIRED } from "./support";

describe("CpuScaler", () => {
  it("ends with its stack: by an invocation that names what must outlive its instances", async () => {
    const { recorder } = await plainScaler();
    const { inputs } = recorder.find("aws:lambda/invocation:Invocation", "web-fleet-end");
    expect(inputs).to.deep.include({ functionName: "web-end-0a1b2c3", lifecycleScope: "CRUD" });
    expect(JSON.parse(inputs.input as string)).to.deep.equal({
      launchTemplateId: "web-template-id",
      securityGroupIds: REQUIRED.securityGroupIds,
      subnetIds: REQUIRED.subnetIds,
      warmupSeconds: 120,
    });
    expect(recorder.find(FUNCTION, "web-end").inputs).to.deep.include({ timeout: 600 });
    const role = recorder.find("aws:iam/rolePolicy:RolePolicy", "web-end-policy").inputs.policy as string;
    const granted = (JSON.parse(role) as { Statement: { Action: string | string[] }[] }).Statement;
    expect(granted.flatMap(({ Action }) => Action)).to.have.members([
      "ec2:TerminateInstances",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceStatus",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
    ]);
  });
});
