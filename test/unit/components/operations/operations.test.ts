import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Operations } from "../../../../components/operations/operations";
import type { OperationsArgs } from "../../../../components/operations/arguments";
import { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import { errorOf } from "../../support/badArguments";
import { promiseOf, recordResources } from "../../support/recordResources";
import {
  ALARM,
  alarmsOf,
  ALIAS,
  ALL_ALARMS,
  bodyOf,
  DASHBOARD,
  deploy,
  documentOf,
  KEY,
  ORDER_ALARMS,
  SUBSCRIPTION,
  TOPIC,
  TOPIC_POLICY,
  wholeProgram,
} from "./support";

describe("Operations", () => {
  it("for the whole program tags what takes tags", async () => {
    const { recorder } = await wholeProgram();
    for (const type of [ALARM, KEY, TOPIC]) {
      for (const { name, inputs } of recorder.ofType(type)) {
        if (name.startsWith("operations-")) expect(inputs.tags, name).to.deep.equal({ Team: "t" });
      }
    }
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
