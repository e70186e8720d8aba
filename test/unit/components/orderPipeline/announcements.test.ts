import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import { promiseOf, type Recorder } from "../../support/recordResources";
import { arn, deploy, FUNCTION, MAPPING, ownTelemetry, QUEUE, statementsOf } from "./support";

const BUS = "aws:cloudwatch/eventBus:EventBus";

describe("OrderPipeline with events", () => {
  let recorder: Recorder;
  let pipeline: OrderPipeline;
  before(async () => {
    ({ recorder, pipeline } = await deploy({ events: true, tags: { Project: "p" } }));
  });

  it("has a bus of its own, which no resource policy opens", async () => {
    expect(recorder.find(BUS, "orders-events").inputs).to.deep.equal({
      description: "Orders: processed, rejected, refused, cancelled (docs/events)",
      tags: { Project: "p" },
    });
    expect(recorder.resources.map(({ type }) => type)).not.to.include.members([
      "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    ]);
    expect(await promiseOf(pipeline.eventBusName ?? pulumi.output(""))).to.match(/^orders-events/);
  });

  it("lets both functions send to that bus, and to no other", () => {
    const put = { Effect: "Allow", Action: "events:PutEvents", Resource: arn("orders-events") };
    expect(statementsOf(recorder, "orders-process-policy")).to.deep.include(put);
    expect(statementsOf(recorder, "orders-announce-policy")).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        Resource: `${arn("orders-orders")}/stream/1`,
      },
      { Effect: "Allow", Action: "dynamodb:ListStreams", Resource: `${arn("orders-orders")}/stream/*` },
      put,
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: arn("orders-announce-failures") },
      ...ownTelemetry("orders-announce-logs"),
    ]);
  });

  it("feeds the function with what is announced alone, with bounded retries", () => {
    const { filterCriteria, ...mapping } = recorder.find(MAPPING, "orders-announce-mapping").inputs;
    expect(mapping).to.deep.equal({
      eventSourceArn: `${arn("orders-orders")}/stream/1`,
      functionName: "orders-announce-0a1b2c3",
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      functionResponseTypes: ["ReportBatchItemFailures"],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 100,
      maximumRecordAgeInSeconds: 43_200,
      destinationConfig: { onFailure: { destinationArn: arn("orders-announce-failures") } },
      tags: { Project: "p" },
    });
    const { filters } = filterCriteria as { filters: { pattern: string }[] };
    expect(filters.map(({ pattern }) => JSON.parse(pattern) as unknown)).to.deep.equal([
      { eventName: ["INSERT"] },
      {
        eventName: ["MODIFY"],
        dynamodb: { NewImage: { status: { S: ["Cancelled"] } } },
      },
    ]);
  });

  it("keeps failures in an encrypted queue of their own, for 14 days", () => {
    expect(recorder.find(QUEUE, "orders-announce-failures").inputs).to.deep.equal({
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 1_209_600,
      tags: { Project: "p" },
    });
  });

  it("tells both functions the bus", () => {
    for (const name of ["orders-process", "orders-announce"]) {
      const { variables } = recorder.find(FUNCTION, name).inputs.environment as {
        variables: Record<string, string>;
      };
      expect(variables.EVENT_BUS_NAME, name).to.match(/^orders-events/);
    }
  });
});
