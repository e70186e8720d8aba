import { expect } from "chai";
import { graphOf, keyOfArn, type TopologyResource } from "../../../src/console/graph";

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;

function made(
  type: string,
  name: string,
  propertyDependencies: TopologyResource["propertyDependencies"] = {},
  more: Partial<TopologyResource> = {},
): TopologyResource {
  return { urn: name, type, name, custom: true, id: name, parent: "part", propertyDependencies, ...more };
}

const parents: readonly TopologyResource[] = [
  { urn: "stack", type: "pulumi:pulumi:Stack", name: "stack", custom: false, propertyDependencies: {} },
  { urn: "shop", type: "x:y:Shop", name: "shop", custom: false, parent: "stack", propertyDependencies: {} },
  { urn: "part", type: "x:y:Part", name: "part", custom: false, parent: "shop", propertyDependencies: {} },
];

function edgesOf(...resources: TopologyResource[]): string[] {
  return graphOf({ resources: [...parents, ...resources] }).edges.map(
    ({ from, to, by }) => `${from}>${to} ${by}`,
  );
}

describe("the graph of a program", () => {
  it("groups resources by the outermost component that they belong to", () => {
    const { nodes } = graphOf({ resources: [...parents, made("aws:sqs/queue:Queue", "orders")] });
    expect(nodes).to.deep.equal([
      { key: "queue:orders", kind: "queue", label: "orders", name: "orders", group: "shop", alarms: [] },
    ]);
  });

  it("follows an event source mapping from its source to its function, and to where failures go", () => {
    expect(
      edgesOf(
        made("aws:dynamodb/table:Table", "table"),
        made("aws:lambda/function:Function", "fn"),
        made("aws:sqs/queue:Queue", "failed"),
        made("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", {
          eventSourceArn: ["table"],
          functionName: ["fn"],
          destinationConfig: ["failed"],
        }),
      ),
    ).to.deep.equal(["table:table>function:fn eventSourceArn", "function:fn>queue:failed onFailure"]);
  });

  it("follows a role's policies to what its function may use, but not back to what feeds it", () => {
    expect(
      edgesOf(
        made("aws:sqs/queue:Queue", "orders"),
        made("aws:dynamodb/table:Table", "table"),
        made("aws:iam/role:Role", "role"),
        made("aws:iam/rolePolicy:RolePolicy", "policy", { role: ["role"], policy: ["table", "orders"] }),
        made("aws:lambda/function:Function", "fn", { role: ["role", "policy"] }),
        made("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", {
          eventSourceArn: ["orders"],
          functionName: ["fn"],
        }),
      ),
    ).to.deep.equal(["queue:orders>function:fn eventSourceArn", "function:fn>table:table policy"]);
  });

  it("goes from an alarm through its rule to the rule's target, and marks what other alarms watch", () => {
    const { nodes, edges } = graphOf({
      resources: [
        ...parents,
        made("aws:sqs/queue:Queue", "orders"),
        made("aws:sns/topic:Topic", "people", {}, { id: arn("sns", "people"), arn: arn("sns", "people") }),
        made("aws:cloudwatch/metricAlarm:MetricAlarm", "cpu"),
        made("aws:cloudwatch/metricAlarm:MetricAlarm", "deep", {
          dimensions: ["orders"],
          alarmActions: ["people"],
        }),
        made(
          "aws:cloudwatch/eventRule:EventRule",
          "rule",
          { eventPattern: ["cpu"] },
          { arn: arn("events", "rule/rule") },
        ),
        made("aws:lambda/function:Function", "scale"),
        made("aws:cloudwatch/eventTarget:EventTarget", "target", { rule: ["rule"], arn: ["scale"] }),
      ],
    });
    expect(edges.map(({ from, to }) => `${from}>${to}`)).to.have.members([
      "alarm:cpu>rule:rule",
      "rule:rule>function:scale",
    ]);
    expect(nodes.map(({ key }) => key)).not.to.include("alarm:deep");
    expect(nodes.find(({ key }) => key === "queue:orders")?.alarms).to.deep.equal(["deep"]);
  });

  it("shows a type that it does not know by its own name, and leaves plumbing out but for its number", () => {
    const { nodes, others } = graphOf({
      resources: [
        ...parents,
        made("aws:kinesis/stream:Stream", "events"),
        made("aws:lambda/permission:Permission", "p"),
        made("aws:cloudwatch/logGroup:LogGroup", "l"),
        made("aws:sqs/queuePolicy:QueuePolicy", "q"),
      ],
    });
    expect(nodes.map(({ kind, label }) => `${kind} ${label}`)).to.deep.equal(["stream events"]);
    expect(Object.values(others)).to.deep.equal([1, 1, 1]);
  });

  it("names what an ARN names as the program's resources are named", () => {
    for (const [given, key] of [
      [arn("sqs", "orders"), "queue:orders"],
      [arn("dynamodb", "table/t/stream/2026"), "table:t"],
      [arn("dynamodb", "table/t/index/i"), "table:t"],
      [arn("lambda", "function:f:live"), "function:f"],
      [arn("sns", "people"), "topic:people"],
      [arn("events", "rule/bus/r"), "rule:r"],
      [arn("events", "event-bus/default"), "bus:default"],
      [arn("cloudwatch", "alarm:a"), "alarm:a"],
      ["*", undefined],
    ] as const)
      expect(keyOfArn(given)).to.equal(key);
  });
});
