import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Operations } from "../../../../components/operations/operations";
import { estimateCost } from "../../../../tools/cost/estimate";
import { defaultWorkload } from "../../../../tools/cost/workload";
import type { Recorder } from "../../support/recordResources";
import { ALARM, alarmsOf, ALIAS, ALL_ALARMS, bodyOf, DASHBOARD, topicArn, wholeProgram } from "./support";

/** Anchors of the runbook's headings, as Markdown viewers make them. */
function runbookAnchors(): string[] {
  return [...readFileSync("docs/RUNBOOK.md", "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("Operations for the whole program", () => {
  let recorder: Recorder;
  let operations: Operations;
  let alarms: Map<string, Record<string, unknown>>;
  before(async () => {
    ({ recorder, operations } = await wholeProgram());
    alarms = alarmsOf(recorder);
  });

  it("has an alarm for each way to break", () => {
    expect([...alarms.keys()]).to.have.members(ALL_ALARMS);
    expect(Object.keys(operations.nodes.alarms)).to.have.members(ALL_ALARMS);
  });

  it("has as many alarms, the fleet's own included, as the estimate of costs counts", () => {
    const workload = {
      ...defaultWorkload,
      ordersPerMonth: 1,
      confirmations: true,
      events: true,
      instances: 1,
    };
    const counted = estimateCost(workload).lines.find(({ item }) => item === "Alarms");
    expect(counted?.quantity).to.equal(recorder.ofType(ALARM).length);
  });

  it("lets each alarm tell the topic, and the end of those that may end by themselves", () => {
    const lasting = ["orders-dead-letters", "confirmations-failed", "events-failed"];
    for (const [name, inputs] of alarms) {
      expect(inputs, name).to.deep.include({ actionsEnabled: true, alarmActions: [topicArn] });
      expect(inputs.okActions, name).to.deep.equal(lasting.includes(name) ? undefined : [topicArn]);
    }
  });

  it("says in each alarm what has happened and which chapter of the runbook helps", () => {
    const anchors = runbookAnchors();
    const used = new Set<string>();
    for (const [name, { alarmDescription }] of alarms) {
      expect(alarmDescription, name).to.be.a("string").with.length.below(1024);
      const match = /^[A-Z].+\. What to do: docs\/RUNBOOK\.md#(\S+)$/.exec(alarmDescription as string);
      expect(anchors, name).to.include(match?.[1]);
      used.add(match?.[1] ?? "");
    }
    expect(used.size).to.equal(14);
  });

  it("names alarms and dashboard after project and stack, so that two stacks can share an account", () => {
    for (const [name, inputs] of alarms) {
      expect(inputs.name).to.equal(`event-driven-aws-test-operations-${name}`);
    }
    expect(recorder.find(DASHBOARD, "operations-dashboard").inputs.dashboardName).to.equal(
      "event-driven-aws-test-operations",
    );
    expect(recorder.find(ALIAS, "operations-alarms-key-alias").inputs.name).to.equal(
      "alias/event-driven-aws-test-operations-alarms",
    );
  });

  it("never takes silence for a fault, and is not misled by one late datapoint", () => {
    for (const [name, inputs] of alarms) {
      expect(inputs, name).to.include({
        treatMissingData: "notBreaching",
        comparisonOperator: "GreaterThanOrEqualToThreshold",
      });
      expect(inputs.datapointsToAlarm, name).to.be.at.most(inputs.evaluationPeriods as number);
      expect(inputs, name).not.to.have.any.keys("metricQueries", "insufficientDataActions");
    }
  });

  const watched: [alarm: string, inputs: Record<string, unknown>][] = [
    [
      "orders-dead-letters",
      {
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: "orders-queue-dead-letters-0a1b2c3" },
        threshold: 1,
        datapointsToAlarm: 1,
        evaluationPeriods: 1,
      },
    ],
    [
      "orders-waiting",
      {
        metricName: "ApproximateAgeOfOldestMessage",
        dimensions: { QueueName: "orders-queue-0a1b2c3" },
        threshold: 300,
        statistic: "Maximum",
      },
    ],
    [
      "orders-refused",
      {
        namespace: "event-driven-aws/test",
        metricName: "OrdersRefused",
        dimensions: { service: "orders-process" },
        statistic: "Sum",
        period: 300,
        threshold: 10,
      },
    ],
    [
      "confirmations-waiting",
      {
        namespace: "AWS/Lambda",
        metricName: "IteratorAge",
        dimensions: { FunctionName: "orders-confirm-0a1b2c3" },
        threshold: 900_000,
      },
    ],
    ["confirmations-failed", { dimensions: { QueueName: "orders-confirm-failures-0a1b2c3" }, threshold: 1 }],
    ["orders-process-slow", { metricName: "Duration", statistic: "Maximum", threshold: 21_000 }],
    ["orders-process-errors", { metricName: "Errors", statistic: "Sum", threshold: 1, datapointsToAlarm: 3 }],
    [
      "orders-confirm-throttles",
      { metricName: "Throttles", dimensions: { FunctionName: "orders-confirm-0a1b2c3" } },
    ],
    [
      "fleet-at-maximum",
      {
        namespace: "event-driven-aws/test",
        metricName: "FleetAtMaximum",
        dimensions: { service: "fleet-scale" },
        datapointsToAlarm: 10,
        evaluationPeriods: 10,
      },
    ],
    ["fleet-launches-refused", { metricName: "LaunchesRefused", statistic: "Sum" }],
    ["fleet-events-failed", { dimensions: { QueueName: "fleet-failures-0a1b2c3" } }],
  ];
  for (const [alarm, inputs] of watched) {
    it(`watches ${typeof inputs.metricName === "string" ? inputs.metricName : "its queue"} in ${alarm}`, () => {
      expect(alarms.get(alarm)).to.deep.include(inputs);
    });
  }

  it("watches metrics that the handlers do count", () => {
    const handlers = [
      "orders/processBatch",
      "orders/confirmBatch",
      "orders/announceBatch",
      "scaling/handleTrigger",
    ].map((file) => readFileSync(`handlers/${file}.ts`, "utf8"));
    const { widgets } = bodyOf(recorder);
    const drawn = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const own = [
      ...[...alarms.values()].map(({ namespace, metricName }) => [namespace, metricName]),
      ...drawn,
    ].filter(([namespace]) => namespace === "event-driven-aws/test");
    expect(own.length).to.be.greaterThan(10);
    for (const [, name] of own) {
      expect(
        handlers.some((source) => new RegExp(`\\b${String(name)}\\b`).test(source)),
        String(name),
      ).to.equal(true);
    }
  });
});
