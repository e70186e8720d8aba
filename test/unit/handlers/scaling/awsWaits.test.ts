import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import sinon from "sinon";
import { awsCpu } from "../../../../handlers/scaling/awsCpu";
import { awsEc2 } from "../../../../handlers/scaling/awsEc2";
import { awsGroup } from "../../../../handlers/scaling/awsGroup";
import { awsLoadMetric } from "../../../../handlers/scaling/loadMetric";
import { clientConfig } from "../../../../handlers/shared/retry";
import { answering } from "./awsCalls";
import { NOW } from "./situation";

const tag = { key: "Fleet", value: "web" };
const { requestHandler: usual } = clientConfig;

describe("the scaler's clients", () => {
  afterEach(() => sinon.restore());

  for (const [what, client, call, requestTimeout] of [
    ["the CPU", CloudWatchClient, () => awsCpu().since(NOW, ["i-1"], undefined), usual.requestTimeout],
    ["past loads", CloudWatchClient, () => awsLoadMetric("n", "s").history(NOW), usual.requestTimeout],
    ["instances", EC2Client, () => awsEc2(tag).describe(), 5_000],
    ["an end", EC2Client, () => awsEc2(tag).terminate(["i-1"]), 5_000],
    ["a group", AutoScalingClient, () => awsGroup("web", tag).group(), usual.requestTimeout],
    ["a group's instances", EC2Client, () => awsGroup("web", tag).instances(), usual.requestTimeout],
  ] as const)
    it(`wait for ${what} no longer than there is time`, async () => {
      const { waits } = answering(client, [{}]);
      await call();
      expect(await waits()).to.have.length(1);
      expect((await waits())[0]).to.include({ connectionTimeout: usual.connectionTimeout, requestTimeout });
    });
});
