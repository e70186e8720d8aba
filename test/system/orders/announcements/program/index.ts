import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { OrderPipeline } from "../../../../../components/orderPipeline/orderPipeline";
import { shippingQueue } from "../../../../../docs/events/subscriber";

// Components bundle their handlers from the project's folder, where the program runs.
process.chdir(path.join(__dirname, "../../../../.."));

const orders = new OrderPipeline("orders", { events: true, timeToLiveDays: 30 });
const busName = orders.eventBusName ?? pulumi.output("");

// The subscriber of the documents, and one that takes whatever comes.
const shipping = shippingQueue(busName);
const everything = new aws.sqs.Queue("everything", { sqsManagedSseEnabled: true });
const rule = new aws.cloudwatch.EventRule("everything", {
  eventBusName: busName,
  eventPattern: JSON.stringify({ source: [{ prefix: "" }] }),
});
new aws.sqs.QueuePolicy("everything", {
  queueUrl: everything.url,
  policy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: everything.arn,
        Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
      },
    ],
  }),
});
new aws.cloudwatch.EventTarget("everything", {
  eventBusName: busName,
  rule: rule.name,
  arn: everything.arn,
});

export const orderQueueUrl = orders.queueUrl;
export const ordersTableName = orders.ordersTableName;
export const customerIndexName = orders.customerIndexName;
export const inventoryTableName = orders.inventoryTableName;
export const shippingQueueUrl = shipping.url;
export const everythingQueueUrl = everything.url;
