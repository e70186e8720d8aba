import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/**
 * A queue that shipping takes orders from: what is to be sent, and what is no more. Other stacks have their own, and
 * know nothing of each other. Whoever takes a message off it looks first whether its `detail.eventId` is done with.
 *
 * @param busName the output `orderEventBusName` of the stack with the orders.
 */
export function shippingQueue(busName: pulumi.Input<string>): aws.sqs.Queue {
  const queue = new aws.sqs.Queue("shipping", { sqsManagedSseEnabled: true });
  // Takes what EventBridge could not bring: without it, that is lost after a day.
  const undelivered = new aws.sqs.Queue("shipping-undelivered", {
    sqsManagedSseEnabled: true,
    messageRetentionSeconds: 14 * 24 * 60 * 60,
  });
  const rule = new aws.cloudwatch.EventRule("shipping", {
    eventBusName: busName,
    eventPattern: JSON.stringify({
      source: ["orders"],
      "detail-type": ["OrderProcessed", "OrderCancelled"],
    }),
  });
  const policies = [queue, undelivered].map(
    ({ arn, url }, index) =>
      new aws.sqs.QueuePolicy(`shipping-${index}`, {
        queueUrl: url,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "LetTheRuleSend",
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: arn,
              Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
            },
            {
              Sid: "RefuseRequestsWithoutTls",
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:*",
              Resource: arn,
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      }),
  );
  new aws.cloudwatch.EventTarget(
    "shipping",
    { eventBusName: busName, rule: rule.name, arn: queue.arn, deadLetterConfig: { arn: undelivered.arn } },
    { dependsOn: policies },
  );
  return queue;
}
