import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { CpuScaler } from "../../../components/cpuScaler/cpuScaler";
import { dashboardBody } from "../../../components/operations/dashboard";
import { Operations } from "../../../components/operations/operations";
import type { OperationsArgs } from "../../../components/operations/arguments";
import { OrderPipeline } from "../../../components/orderPipeline/orderPipeline";
import { estimateCost } from "../../../tools/cost/estimate";
import { defaultWorkload } from "../../../tools/cost/workload";
import { promiseOf, recordResources, type Recorder } from "../support/recordResources";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";
const KEY = "aws:kms/key:Key";
const ALIAS = "aws:kms/alias:Alias";
const TOPIC = "aws:sns/topic:Topic";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

const topicArn = "arn:aws:test:us-east-1:123456789012:operations-alarms";
const ourAlarms = {
  StringEquals: { "aws:SourceAccount": "123456789012" },
  ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*" },
};

interface Deployment {
  readonly recorder: Recorder;
  readonly operations: Operations;
}

/** @param whole with confirmations and a fleet; else the order pipeline alone, as its defaults make it. */
async function deploy(
  whole: boolean,
  args: Omit<OperationsArgs, "orders" | "scaler"> = {},
  mode: "update" | "preview" = "update",
): Promise<Deployment> {
  const recorder = recordResources(mode);
  const orders = new OrderPipeline(
    "orders",
    whole ? { confirmationSender: "shop@example.com", events: true } : {},
  );
  const scaler = whole
    ? new CpuScaler("fleet", {
        amiId: "ami-0123456789abcdef0",
        instanceType: "t3.micro",
        subnetIds: ["subnet-0123abcd"],
        securityGroupIds: ["sg-0123abcd"],
      })
    : undefined;
  const operations = new Operations("operations", { orders: orders.nodes, scaler: scaler?.nodes, ...args });
  if (mode === "update") await promiseOf(operations.nodes.dashboard.id);
  await recorder.settled();
  return { recorder, operations };
}

/** The alarms that `Operations` made, by the last part of their names. */
function alarmsOf(recorder: Recorder): Map<string, Record<string, unknown>> {
  return new Map(
    recorder
      .ofType(ALARM)
      .filter(({ name }) => name.startsWith("operations-"))
      .map(({ name, inputs }) => [name.replace("operations-", ""), inputs]),
  );
}

function documentOf(inputs: Record<string, unknown>): { Statement: Record<string, unknown>[] } {
  return JSON.parse(inputs.policy as string) as { Statement: Record<string, unknown>[] };
}

/** Anchors of the runbook's headings, as Markdown viewers make them. */
function runbookAnchors(): string[] {
  return [...readFileSync("docs/RUNBOOK.md", "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
}

const FUNCTION_ALARMS = ["errors", "throttles", "slow"];
const ORDER_ALARMS = [
  "orders-dead-letters",
  "orders-waiting",
  "orders-refused",
  ...FUNCTION_ALARMS.map((alarm) => `orders-process-${alarm}`),
];
const ALL_ALARMS = [
  ...ORDER_ALARMS,
  "confirmations-waiting",
  "confirmations-failed",
  ...FUNCTION_ALARMS.map((alarm) => `orders-confirm-${alarm}`),
  "events-waiting",
  "events-failed",
  ...FUNCTION_ALARMS.map((alarm) => `orders-announce-${alarm}`),
  "fleet-at-maximum",
  "fleet-launches-refused",
  "fleet-actions-untold",
  "fleet-events-failed",
  ...FUNCTION_ALARMS.map((alarm) => `fleet-scale-${alarm}`),
];

describe("Operations", () => {
  describe("for the whole program", () => {
    let recorder: Recorder;
    let operations: Operations;
    let alarms: Map<string, Record<string, unknown>>;
    before(async () => {
      ({ recorder, operations } = await deploy(true, { alarmEmail: "ops@example.com", tags: { Team: "t" } }));
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
      [
        "confirmations-failed",
        { dimensions: { QueueName: "orders-confirm-failures-0a1b2c3" }, threshold: 1 },
      ],
      ["orders-process-slow", { metricName: "Duration", statistic: "Maximum", threshold: 21_000 }],
      [
        "orders-process-errors",
        { metricName: "Errors", statistic: "Sum", threshold: 1, datapointsToAlarm: 3 },
      ],
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

    it("divides a row of the dashboard into whole columns, however many graphs stand in it", () => {
      for (let count = 1; count <= 24; count++) {
        const alarm = { title: "Errors", alarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a" };
        const section = { title: "Flow", graphs: Array.from({ length: count }, () => alarm) };
        const content = { title: "Orders", region: "us-east-1", alarmArns: [], sections: [section] };
        const { widgets } = dashboardBody(content) as { widgets: (Widget & { readonly type: string })[] };
        const graphs = widgets.filter(({ type }) => type === "metric");
        let column = 0;
        for (const { x, width } of graphs) {
          expect([x, Number.isInteger(width), width >= 1], `${count} graphs`).to.deep.equal([
            column,
            true,
            true,
          ]);
          column += width;
        }
        expect(column).to.equal(24);
      }
    });

    it("draws a dashboard on which nothing overlaps, with every alarm on top", () => {
      const { widgets } = bodyOf(recorder);
      const cells = new Set<string>();
      for (const { x, y, width, height } of widgets) {
        expect(x + width).to.be.at.most(24);
        for (let column = x; column < x + width; column += 1) {
          for (let row = y; row < y + height; row += 1) {
            expect(cells.has(`${column},${row}`), `column ${column}, row ${row}`).to.equal(false);
            cells.add(`${column},${row}`);
          }
        }
      }
      const titles = widgets.flatMap(
        ({ properties }) => /^## (\w+)/.exec(properties.markdown ?? "")?.[1] ?? [],
      );
      expect(titles).to.deep.equal(["Flow", "Lag", "Errors", "Fleet", "Cost"]);
      expect(widgets[1]?.properties.alarms).to.have.length(ALL_ALARMS.length);
    });

    it("tags what takes tags", () => {
      for (const type of [ALARM, KEY, TOPIC]) {
        for (const { name, inputs } of recorder.ofType(type)) {
          if (name.startsWith("operations-")) expect(inputs.tags, name).to.deep.equal({ Team: "t" });
        }
      }
    });
  });

  it("watches nothing that is not there: neither confirmations nor a fleet, and tells nobody by default", async () => {
    const { recorder } = await deploy(false);
    expect([...alarmsOf(recorder).keys()]).to.have.members(ORDER_ALARMS);
    expect(recorder.ofType(SUBSCRIPTION)).to.have.length(0);
    for (const inputs of alarmsOf(recorder).values()) expect(inputs).not.to.have.property("tags");
    const text = JSON.stringify(bodyOf(recorder));
    expect(text).not.to.match(/Confirmation|Event|Fleet|Instances/);
  });

  it("takes its thresholds, Outputs too, and opens each child to its transform", async () => {
    const { recorder } = await deploy(true, {
      oldestOrderSeconds: pulumi.output(60),
      oldestConfirmationSeconds: 120,
      oldestEventSeconds: 240,
      refusedOrders: 1000,
      transform: {
        alarm: (args) => ({ args: { ...args, evaluationPeriods: 20 } }),
        dashboard: (args) => ({ args: { ...args, dashboardName: "mine" } }),
        topic: {
          key: (args) => ({ args: { ...args, deletionWindowInDays: 7 } }),
          keyAlias: (args) => ({ args: { ...args, name: "alias/mine" } }),
          topic: (args) => ({ args: { ...args, displayName: "mine" } }),
          topicPolicy: (args) => ({ args: { ...args, policy: "{}" } }),
        },
      },
    });
    const alarms = alarmsOf(recorder);
    expect(alarms.get("orders-waiting")).to.include({ threshold: 60, evaluationPeriods: 20 });
    expect(alarms.get("confirmations-waiting")).to.include({ threshold: 120_000 });
    expect(alarms.get("events-waiting")).to.include({ threshold: 240_000 });
    expect(alarms.get("orders-refused")).to.include({ threshold: 1000 });
    expect(recorder.find(DASHBOARD, "operations-dashboard").inputs.dashboardName).to.equal("mine");
    expect(recorder.find(KEY, "operations-alarms-key").inputs.deletionWindowInDays).to.equal(7);
    expect(recorder.find(ALIAS, "operations-alarms-key-alias").inputs.name).to.equal("alias/mine");
    expect(recorder.find(TOPIC, "operations-alarms").inputs.displayName).to.equal("mine");
    expect(recorder.find(TOPIC_POLICY, "operations-alarms-policy").inputs.policy).to.equal("{}");
  });

  it("previews with what only AWS knows left open, and the rest known", async () => {
    const { recorder } = await deploy(true, {}, "preview");
    const alarms = alarmsOf(recorder);
    expect([...alarms.keys()]).to.have.members(ALL_ALARMS);
    const waiting = alarms.get("orders-waiting") ?? {};
    expect(waiting).to.include({ threshold: 300, name: "event-driven-aws-test-operations-orders-waiting" });
    expect(pulumi.isUnknown((waiting.dimensions as { QueueName: unknown }).QueueName)).to.equal(true);
    expect(alarms.get("orders-process-slow")).to.include({ threshold: 21_000 });
    expect(documentOf(recorder.find(KEY, "operations-alarms-key").inputs).Statement).to.have.length(2);
  });

  describe("refuses", () => {
    const cases: [Omit<OperationsArgs, "orders">, string, string][] = [
      [{ alarmEmail: "ops" }, "alarmEmail", "got 'ops'; expected an e-mail address"],
      [
        { oldestOrderSeconds: 59 },
        "oldestOrderSeconds",
        "got 59; expected an integer from 60 to 86,400 seconds",
      ],
      [
        { oldestConfirmationSeconds: 21_601 },
        "oldestConfirmationSeconds",
        "got 21601; expected an integer from 60 to 21,600 seconds",
      ],
      [
        { oldestEventSeconds: 59 },
        "oldestEventSeconds",
        "got 59; expected an integer from 60 to 21,600 seconds",
      ],
      [{ refusedOrders: 0.5 }, "refusedOrders", "got 0.5; expected an integer from 1 to 1,000,000 orders"],
    ];
    it("each bad argument, before anything of it is registered", async () => {
      const recorder = recordResources();
      const { nodes } = new OrderPipeline("orders");
      for (const [args, propertyPath, reason] of cases) {
        const refusal = errorOf(() => new Operations("operations", { orders: nodes, ...args }));
        expect(refusal.errors).to.deep.equal([{ propertyPath, reason }]);
      }
      await promiseOf(nodes.processOrdersMapping.id);
      await recorder.settled();
      expect(recorder.resources.filter(({ name }) => name.startsWith("operations"))).to.deep.equal([]);
    });
  });
});

interface Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

function bodyOf(recorder: Recorder): { readonly widgets: readonly Widget[] } {
  const { dashboardBody } = recorder.find(DASHBOARD, "operations-dashboard").inputs;
  return JSON.parse(dashboardBody as string) as { widgets: Widget[] };
}

function errorOf(construct: () => unknown): pulumi.InputPropertiesError {
  try {
    construct();
  } catch (error) {
    if (error instanceof pulumi.InputPropertiesError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
