import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import { promiseOf, type Recorder } from "../../support/recordResources";
import {
  arn,
  deploy,
  FUNCTION,
  IDENTITY,
  MAPPING,
  ownTelemetry,
  QUEUE,
  ROLE,
  ROLE_POLICY,
  statementsOf,
  url,
} from "./support";

describe("OrderPipeline", () => {
  describe("with a confirmation sender", () => {
    let recorder: Recorder;
    let pipeline: OrderPipeline;
    before(async () => {
      ({ recorder, pipeline } = await deploy({ confirmationSender: "shop@example.com" }));
    });

    it("creates no identity, which two stacks would share, and lets the function send from the sender's only", () => {
      expect(recorder.ofType(IDENTITY)).to.have.length(0);
      expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
          Resource: `${arn("orders-orders")}/stream/1`,
        },
        { Effect: "Allow", Action: "dynamodb:ListStreams", Resource: `${arn("orders-orders")}/stream/*` },
        {
          Effect: "Allow",
          Action: ["dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:PartiQLUpdate"],
          Resource: arn("orders-orders"),
        },
        {
          Effect: "Allow",
          Action: ["ses:SendEmail", "ses:SendBulkEmail"],
          Resource: "arn:aws:ses:us-east-1:123456789012:identity/shop@example.com",
        },
        { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-confirm-failures") },
        ...ownTelemetry("orders-confirm-logs"),
      ]);
    });

    it("feeds the function with new orders that have an address, with bounded retries", () => {
      expect(recorder.find(MAPPING, "orders-confirm-mapping").inputs).to.deep.equal({
        eventSourceArn: `${arn("orders-orders")}/stream/1`,
        functionName: "orders-confirm-0a1b2c3",
        startingPosition: "TRIM_HORIZON",
        batchSize: 25,
        parallelizationFactor: 4,
        filterCriteria: {
          filters: [
            {
              pattern:
                '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"customerEmail":{"S":[{"exists":true}]},"confirmationFailedAt":{"S":[{"exists":false}]}}}}',
            },
          ],
        },
        functionResponseTypes: ["ReportBatchItemFailures"],
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 50,
        maximumRecordAgeInSeconds: 21_600,
        destinationConfig: { onFailure: { destinationArn: arn("orders-confirm-failures") } },
      });
    });

    it("keeps failures in an encrypted queue of their own, for 14 days", async () => {
      expect(recorder.find(QUEUE, "orders-confirm-failures").inputs).to.deep.equal({
        sqsManagedSseEnabled: true,
        messageRetentionSeconds: 1_209_600,
      });
      expect(await promiseOf(pipeline.confirmationFailureQueueUrl ?? pulumi.output(""))).to.equal(
        url("orders-confirm-failures"),
      );
    });

    it("tells the function where to read, send from and report", () => {
      expect(recorder.find(FUNCTION, "orders-confirm").inputs.environment).to.deep.equal({
        variables: {
          NODE_OPTIONS: "--enable-source-maps",
          POWERTOOLS_SERVICE_NAME: "orders-confirm",
          POWERTOOLS_METRICS_NAMESPACE: "event-driven-aws/test",
          ORDERS_TABLE_NAME: "orders-orders-0a1b2c3",
          CONFIRMATION_SENDER: "shop@example.com",
          FAILURE_QUEUE_URL: url("orders-confirm-failures"),
        },
      });
    });

    it("grants nothing by wildcard but traces, and uses no managed policy", () => {
      for (const { type } of recorder.resources)
        expect(type).not.to.match(/RolePolicyAttachment|PolicyAttachment/);
      for (const { name, inputs } of recorder.ofType(ROLE))
        expect(inputs, name).not.to.have.property("managedPolicyArns");
      for (const { name } of recorder.ofType(ROLE_POLICY)) {
        for (const { Action, Resource } of statementsOf(recorder, name)) {
          const actions = typeof Action === "string" ? [Action] : Action;
          for (const action of actions) expect(action).not.to.contain("*");
          if (Resource === "*")
            expect(actions.every((action) => action.startsWith("xray:Put"))).to.equal(true);
        }
      }
    });
  });

  it("uses an identity that exists already, and then creates none", async () => {
    const identityArn = "arn:aws:ses:us-east-1:123456789012:identity/example.com";
    const { recorder } = await deploy({
      confirmationSender: "shop@example.com",
      confirmationIdentityArn: identityArn,
    });
    expect(recorder.ofType(IDENTITY)).to.have.length(0);
    expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.include({
      Effect: "Allow",
      Action: ["ses:SendEmail", "ses:SendBulkEmail"],
      Resource: identityArn,
    });
  });

  it("creates an identity for the sender when asked to", async () => {
    const { recorder } = await deploy({ confirmationSender: "shop@example.com", createSenderIdentity: true });
    expect(recorder.find(IDENTITY, "orders-confirm-identity").inputs).to.deep.equal({
      emailIdentity: "shop@example.com",
    });
    expect(statementsOf(recorder, "orders-confirm-policy")).to.deep.include({
      Effect: "Allow",
      Action: ["ses:SendEmail", "ses:SendBulkEmail"],
      Resource: arn("orders-confirm-identity"),
    });
  });
});
