import { expect } from "chai";
import {
  configurationOf,
  FLEET,
  KEY,
  plainScaler,
  richScaler,
  scalerByParameter,
  statement,
  TEMPLATE,
  type Built,
} from "./support";

describe("CpuScaler launches instances from a template", () => {
  let plain: Built;
  let rich: Built;
  let byParameter: Built;
  before(async () => {
    plain = await plainScaler();
    rich = await richScaler();
    byParameter = await scalerByParameter();
  });

  it("that is safe by default", () => {
    const { recorder } = plain;
    const { inputs } = recorder.find(TEMPLATE, "web-template");
    expect(inputs).to.deep.include({
      imageId: "ami-0123456789abcdef0",
      instanceType: "t3.micro",
      updateDefaultVersion: true,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          securityGroups: ["sg-0aaaaaaa"],
          deleteOnTermination: "true",
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 8, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
    });
    const tags = { Name: FLEET, Fleet: FLEET };
    expect(inputs.tagSpecifications).to.deep.equal(
      ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
    );
    expect(inputs).not.to.have.any.keys(
      "userData",
      "iamInstanceProfile",
      "keyName",
      "vpcSecurityGroupIds",
      "tags",
    );
  });

  it("with what is asked for", () => {
    const { recorder } = rich;
    const { inputs } = recorder.find(TEMPLATE, "web-template");
    expect(inputs.networkInterfaces).to.have.nested.property("[0].associatePublicIpAddress", "true");
    expect(Buffer.from(inputs.userData as string, "base64").toString()).to.equal("#!/bin/sh\necho hello\n");
    expect(inputs.iamInstanceProfile).to.deep.equal({
      arn: "arn:aws:iam::123456789012:instance-profile/web",
    });
    expect(inputs.blockDeviceMappings).to.have.nested.property("[0].ebs.volumeSize", 20);
    expect(inputs.blockDeviceMappings).to.have.nested.property("[0].ebs.kmsKeyId", KEY);
    expect(inputs.tags).to.deep.equal({ Team: "shop" });
    expect(inputs.tagSpecifications).to.have.nested.property("[1].tags.Team", "shop");
  });

  it("of the image in a parameter", () => {
    const { recorder } = byParameter;
    expect(recorder.find(TEMPLATE, "web-template").inputs.imageId).to.equal(
      "resolve:ssm:/aws/service/al2023",
    );
    expect(statement(recorder, "ReadImageParameter")?.Resource).to.equal(
      "arn:aws:ssm:us-east-1:*:parameter/aws/service/al2023",
    );
    expect(configurationOf(recorder)).to.include({ imageParameter: "/aws/service/al2023" });
    expect(configurationOf(recorder)).not.to.have.property("imageId");
  });
});
