import { expect } from "chai";
import type { RegisteredResource } from "../../src/engine/state";
import { displayType, formatTree, resourceTree } from "../../src/engine/tree";
import { Secret, UNKNOWN } from "../../src/engine/values";

function resource(type: string, name: string, parent?: string, inputs = {}): RegisteredResource {
  return {
    urn: `${type}::${name}`,
    type,
    name,
    ...(parent === undefined ? {} : { parent }),
    custom: true,
    inputs,
    outputs: {},
    dependencies: [],
    propertyDependencies: {},
    protect: false,
  };
}

const stack = resource("pulumi:pulumi:Stack", "shop-dev");
const orders = resource("shop:index:Orders", "orders", stack.urn);
const queue = resource("aws:sqs/queue:Queue", "orders-queue", orders.urn, {
  a: new Secret("x"),
  b: UNKNOWN,
  c: [1],
});
const table = resource("aws:dynamodb/table:Table", "orders-table", orders.urn);
const alarm = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", stack.urn);
const all = [stack, orders, queue, table, alarm];

describe("the tree of resources", () => {
  it("is printed as a preview shows it, whatever the order of registration", () => {
    const text = [
      "   Type                           Name          Plan",
      "+  pulumi:pulumi:Stack            shop-dev      create",
      "+  ├─ aws:cloudwatch:MetricAlarm  alarm         create",
      "+  └─ shop:index:Orders           orders        create",
      "+     ├─ aws:dynamodb:Table       orders-table  create",
      "+     └─ aws:sqs:Queue            orders-queue  create",
    ].join("\n");
    expect(formatTree(resourceTree(all))).to.equal(text);
    expect(formatTree(resourceTree([...all].reverse()))).to.equal(text);
  });

  it("shows neither secrets nor unknowns", () => {
    const found = resourceTree(all)[0]?.children.at(-1)?.children.at(-1);
    expect(found).to.deep.equal({
      urn: queue.urn,
      type: queue.type,
      name: "orders-queue",
      plan: "create",
      inputs: { a: "[secret]", b: "[unknown]", c: [1] },
      children: [],
    });
  });

  it("keeps a resource whose parent is not there, at the top", () => {
    expect(resourceTree([queue]).map(({ name }) => name)).to.deep.equal(["orders-queue"]);
  });

  it("shortens types as Pulumi does", () => {
    expect(displayType("aws:sqs/queue:Queue")).to.equal("aws:sqs:Queue");
    expect(displayType("shop:index:Orders")).to.equal("shop:index:Orders");
    expect(displayType("odd")).to.equal("odd");
  });
});
