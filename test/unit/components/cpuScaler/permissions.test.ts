import { expect } from "chai";
import {
  ACCOUNT,
  arn,
  FLEET,
  KEY,
  plainScaler,
  richScaler,
  ROLE,
  statement,
  statements,
  type Built,
} from "./support";

describe("CpuScaler runs a function", () => {
  let plain: Built;
  let rich: Built;
  before(async () => {
    plain = await plainScaler();
    rich = await richScaler();
  });

  it("that may launch from this template and with this tag only", () => {
    const { recorder } = plain;
    const fromTemplate = { ArnEquals: { "ec2:LaunchTemplate": arn("web-template") } };
    const requestTag = { "aws:RequestTag/Fleet": FLEET };
    expect(statement(recorder, "LaunchWithTag")).to.deep.include({
      Action: "ec2:RunInstances",
      Resource: "arn:aws:ec2:us-east-1:123456789012:instance/*",
      Condition: { ...fromTemplate, StringEquals: { ...requestTag, "ec2:InstanceType": "t3.micro" } },
    });
    expect(statement(recorder, "LaunchPartsWithTag")).to.deep.include({
      Resource: [`${ACCOUNT}:volume/*`, `${ACCOUNT}:network-interface/*`],
      Condition: { ...fromTemplate, StringEquals: requestTag },
    });
    expect(statement(recorder, "LaunchFromTemplate")).to.deep.include({
      Resource: [
        arn("web-template"),
        "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0",
        `${ACCOUNT}:subnet/subnet-0aaaaaaa`,
        `${ACCOUNT}:subnet/subnet-0bbbbbbb`,
        `${ACCOUNT}:security-group/sg-0aaaaaaa`,
      ],
      Condition: fromTemplate,
    });
    expect(statement(recorder, "TagWhileLaunching")?.Condition).to.deep.equal({
      StringEquals: { "ec2:CreateAction": "RunInstances", ...requestTag },
    });
  });

  it("that may have volumes encrypted with their key, by way of EC2 alone, where there is one", () => {
    const viaEc2 = { "kms:ViaService": "ec2.us-east-1.amazonaws.com" };
    expect(statement(rich.recorder, "EncryptVolumes")).to.deep.include({
      Action: [
        "kms:DescribeKey",
        "kms:Decrypt",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      Resource: KEY,
      Condition: { StringEquals: viaEc2 },
    });
    expect(statement(rich.recorder, "LendKeyToVolumes")).to.deep.include({
      Action: "kms:CreateGrant",
      Resource: KEY,
      Condition: { StringEquals: viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
    });
    const actions = statements(plain.recorder).flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith("kms:"))).to.deep.equal([]);
  });

  it("that may terminate what carries the tag, and read", () => {
    const { recorder } = plain;
    expect(statement(recorder, "TerminateWithTag")).to.deep.include({
      Action: "ec2:TerminateInstances",
      Resource: `${ACCOUNT}:instance/*`,
      Condition: { StringEquals: { "aws:ResourceTag/Fleet": FLEET } },
    });
    const everything = statements(recorder).filter(({ Resource }) => Resource === "*");
    expect(everything.map(({ Action }) => Action)).to.deep.equal([
      ["ec2:DescribeInstances", "ec2:DescribeInstanceStatus", "cloudwatch:GetMetricData"],
      ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    ]);
  });

  it("that may pass a role only where instances have one, and read a parameter only where one holds the image", () => {
    const without = plain;
    expect(statements(without.recorder).map(({ Sid }) => Sid)).not.to.include.members([
      "PassInstanceRole",
      "ReadImageParameter",
    ]);
    const { recorder } = rich;
    expect(statement(recorder, "PassInstanceRole")).to.deep.include({
      Action: "iam:PassRole",
      Resource: ROLE,
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    });
  });
});
