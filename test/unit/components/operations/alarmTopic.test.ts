import { expect } from "chai";
import type { Operations } from "../../../../components/operations/operations";
import { promiseOf, type Recorder } from "../../support/recordResources";
import { documentOf, KEY, SUBSCRIPTION, TOPIC, TOPIC_POLICY, topicArn, wholeProgram } from "./support";

const ourAlarms = {
  StringEquals: { "aws:SourceAccount": "123456789012" },
  ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*" },
};

describe("Operations for the whole program", () => {
  let recorder: Recorder;
  let operations: Operations;
  before(async () => {
    ({ recorder, operations } = await wholeProgram());
  });

  it("encrypts the topic with a rotated key that CloudWatch's alarms of this account can use", () => {
    const { policy, ...key } = recorder.find(KEY, "operations-alarms-key").inputs;
    expect(key).to.deep.equal({
      description: "Encrypts the alarms of event-driven-aws-test",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: { Team: "t" },
    });
    expect(documentOf({ policy }).Statement).to.deep.equal([
      {
        Sid: "LetTheAccountsPoliciesDecide",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "LetAlarmsPublish",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: ourAlarms,
      },
    ]);
    expect(recorder.find(TOPIC, "operations-alarms").inputs).to.deep.equal({
      displayName: "Alarms of event-driven-aws-test",
      kmsMasterKeyId: "arn:aws:test:us-east-1:123456789012:operations-alarms-key",
      tags: { Team: "t" },
    });
  });

  it("lets nobody but those alarms publish, and nobody without TLS", () => {
    expect(
      documentOf(recorder.find(TOPIC_POLICY, "operations-alarms-policy").inputs).Statement,
    ).to.deep.equal([
      {
        Sid: "LetAlarmsPublish",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: ourAlarms,
      },
      {
        Sid: "RefuseRequestsWithoutTls",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("tells the address that was given", async () => {
    expect(recorder.find(SUBSCRIPTION, "operations-alarms-email").inputs).to.deep.equal({
      topic: topicArn,
      protocol: "email",
      endpoint: "ops@example.com",
    });
    expect(await promiseOf(operations.alarmTopicArn)).to.equal(topicArn);
  });
});
