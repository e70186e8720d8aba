import { expect } from "chai";
import type { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import type { Recorder } from "../../support/recordResources";
import { arn, deploy, FUNCTION, ownTelemetry, statementsOf } from "./support";

const PIPELINE = "event-driven-aws-test-orders-confirm";
const RULE = "aws:cloudwatch/eventRule:EventRule";

describe("OrderPipeline", () => {
  describe("with a configuration set", () => {
    let recorder: Recorder;
    let pipeline: OrderPipeline;
    before(async () => {
      ({ recorder, pipeline } = await deploy({
        confirmationSender: "shop@example.com",
        confirmationConfigurationSet: "mail",
        tags: { Project: "p" },
      }));
    });

    it("sends by it, and may do so", () => {
      expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.include({
        Effect: "Allow",
        Action: ["ses:SendEmail", "ses:SendBulkEmail"],
        Resource: "arn:aws:ses:us-east-1:123456789012:configuration-set/mail",
      });
      expect(recorder.find(FUNCTION, "orders-confirm").inputs.environment).to.deep.nested.include({
        "variables.CONFIRMATION_CONFIGURATION_SET": "mail",
        "variables.CONFIRMATION_PIPELINE": PIPELINE,
      });
    });

    it("has bounces and complaints of its own mails told to a function", () => {
      expect(
        recorder.find(
          "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
          "orders-confirm-feedback-destination",
        ).inputs,
      ).to.deep.equal({
        configurationSetName: "mail",
        eventDestinationName: PIPELINE,
        eventDestination: {
          enabled: true,
          matchingEventTypes: ["BOUNCE", "COMPLAINT"],
          eventBridgeDestination: {
            eventBusArn: "arn:aws:events:us-east-1:123456789012:event-bus/default",
          },
        },
      });
      const { inputs: rule } = recorder.find(RULE, "orders-confirm-feedback-rule");
      expect(JSON.parse(rule.eventPattern as string)).to.deep.equal({
        source: ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received"],
        detail: { mail: { tags: { pipeline: [PIPELINE] } } },
      });
      expect(rule.tags).to.deep.equal({ Project: "p" });
      expect(
        recorder.find("aws:cloudwatch/eventTarget:EventTarget", "orders-confirm-feedback-target").inputs,
      ).to.deep.include({
        rule: "orders-confirm-feedback-rule-0a1b2c3",
        arn: arn("orders-confirm-feedback"),
        deadLetterConfig: { arn: arn("orders-confirm-failures") },
      });
      expect(
        recorder.find("aws:lambda/permission:Permission", "orders-confirm-feedback-permission").inputs,
      ).to.deep.include({
        principal: "events.amazonaws.com",
        sourceArn: arn("orders-confirm-feedback-rule"),
      });
      expect(pipeline.nodes.confirmations?.feedback).not.to.equal(undefined);
    });

    it("lets that function change orders, and report what it cannot do, and nothing else", () => {
      expect(statementsOf(recorder, "orders-confirm-feedback-policy")).to.deep.equal([
        { Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: arn("orders-orders") },
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-confirm-failures") },
        ...ownTelemetry("orders-confirm-feedback-logs"),
      ]);
      const policies = recorder.ofType("aws:sqs/queuePolicy:QueuePolicy");
      const policy = policies.find(({ name }) => name === "orders-confirm-failures-policy");
      expect(policy?.inputs.policy).to.contain('"Service":"events.amazonaws.com"');
      expect(policy?.inputs.policy).to.contain(arn("orders-confirm-feedback-rule"));
    });
  });

  it("asks SES for nothing of the kind without one", async () => {
    const { recorder, pipeline } = await deploy({ confirmationSender: "shop@example.com" });
    expect(recorder.resources.filter(({ name }) => name.includes("feedback"))).to.deep.equal([]);
    expect(JSON.stringify(statementsOf(recorder, "orders-confirm-policy"))).not.to.contain(
      "configuration-set",
    );
    expect(JSON.stringify(recorder.find(FUNCTION, "orders-confirm").inputs.environment)).not.to.contain(
      "CONFIGURATION_SET",
    );
    expect(pipeline.nodes.confirmations?.feedback).to.equal(undefined);
  });
});
