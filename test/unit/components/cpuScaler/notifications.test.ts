import { expect } from "chai";
import { ACTION_SOURCE } from "../../../../handlers/scaling/scalerAction";
import { arn, configurationOf, plainScaler, richScaler, statement, type Built } from "./support";

describe("CpuScaler tells what it does", () => {
  let plain: Built;
  let rich: Built;
  before(async () => {
    plain = await plainScaler();
    rich = await richScaler();
  });

  it("by default on the default bus, of its own source alone, and to nobody by mail", () => {
    const { recorder, scaler } = plain;
    expect(statement(recorder, "TellTheBus")).to.deep.equal({
      Sid: "TellTheBus",
      Effect: "Allow",
      Action: "events:PutEvents",
      Resource: "arn:aws:events:us-east-1:123456789012:event-bus/default",
      Condition: { StringEquals: { "events:source": ACTION_SOURCE } },
    });
    expect(statement(recorder, "TellTheTopic")).to.equal(undefined);
    expect(recorder.ofType("aws:sns/topic:Topic")).to.deep.equal([]);
    expect(scaler.nodes.notifications).to.equal(undefined);
    expect(configurationOf(recorder)).to.include({ eventBusName: "default" });
    expect(configurationOf(recorder)).not.to.have.property("notificationTopicArn");
  });

  it("on the bus that is named, and by mail through an encrypted topic that wants TLS", () => {
    const { recorder } = rich;
    const topicArn = arn("web-actions");
    expect(statement(recorder, "TellTheBus")?.Resource).to.match(/:event-bus\/fleet-events$/);
    expect(statement(recorder, "TellTheTopic")).to.deep.equal({
      Sid: "TellTheTopic",
      Effect: "Allow",
      Action: "sns:Publish",
      Resource: topicArn,
    });
    const topic = recorder.find("aws:sns/topic:Topic", "web-actions").inputs;
    expect(topic).to.deep.include({ kmsMasterKeyId: "alias/aws/sns", tags: { Team: "shop" } });
    expect(topic).not.to.have.any.keys("name", "policy");
    const policy = recorder.find("aws:sns/topicPolicy:TopicPolicy", "web-actions-policy").inputs.policy;
    expect(JSON.parse(policy as string)).to.deep.include({
      Statement: [
        {
          Sid: "RefuseRequestsWithoutTls",
          Effect: "Deny",
          Principal: "*",
          Action: "sns:Publish",
          Resource: topicArn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    expect(
      recorder.find("aws:sns/topicSubscription:TopicSubscription", "web-actions-email").inputs,
    ).to.deep.equal({ topic: topicArn, protocol: "email", endpoint: "ops@example.com" });
    expect(configurationOf(recorder)).to.include({
      eventBusName: "fleet-events",
      notificationTopicArn: topicArn,
    });
  });
});
