import { expect } from "chai";
import { startCloud, SteppedClock } from "embedded-aws";
import {
  cloudOptionsOf,
  deploy,
  displayMap,
  listStacks,
  readProject,
  resourceTypes,
  type RegisteredResource,
} from "embedded-pulumi";

const TABLE = "aws:dynamodb/table:Table";
const QUEUE = "aws:sqs/queue:Queue";
const FUNCTION = "aws:lambda/function:Function";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
/** Properties that name a resource in AWS, where two of one kind cannot share a name. */
const NAMES = ["name", "bucket", "dashboardName", "namePrefix", "emailIdentity"];

/** The project's own program, deployed into an empty account as `npm run preview` does it. */
async function rehearse(stack: string, seed: number): Promise<readonly RegisteredResource[]> {
  const project = readProject(".", stack);
  const clock = new SteppedClock();
  const deployment = await deploy(await startCloud({ port: 0, clock, ...cloudOptionsOf(project) }), {
    project,
    seed,
  });
  await deployment.programEnded;
  await deployment.close();
  return deployment.resources;
}

describe("the stacks of this project", () => {
  const previews = new Map<string, readonly RegisteredResource[]>();
  const stack = (name: string) => previews.get(name) ?? [];
  const ofType = (name: string, type: string) => stack(name).filter((resource) => resource.type === type);
  const inputs = (name: string, type: string, resource: string) =>
    displayMap(ofType(name, type).find((candidate) => candidate.name === resource)?.inputs ?? {});

  before(async function () {
    this.timeout(60_000);
    for (const [index, name] of ["dev", "prod"].entries())
      previews.set(name, await rehearse(name, index + 1));
  });

  it("are a development and a production stack, and both preview", () => {
    expect(listStacks(".")).to.include.members([...previews.keys()]);
    for (const resources of previews.values()) {
      const components = resources.filter(({ type }) => type.startsWith("event-driven-aws:components:"));
      expect(components.map(({ name }) => name)).to.include.members(["orders", "operations"]);
    }
  });

  it("tag all that takes tags with the project and the stack", () => {
    for (const [name, resources] of previews) {
      let tagged = 0;
      for (const resource of resources.filter(({ custom }) => custom)) {
        const { entries = {} } = resourceTypes.get(resource.type)?.inputs as { entries?: object };
        if (!("tags" in entries)) continue;
        tagged += 1;
        expect(displayMap(resource.inputs).tags, resource.urn).to.deep.include({
          Project: "event-driven-aws",
          Stack: name,
        });
      }
      expect(tagged).to.be.greaterThan(20);
    }
  });

  it("share no name in AWS, so that they can live in one account", () => {
    const namesOf = (name: string) =>
      stack(name).flatMap(({ type, custom, inputs: given }) => {
        // A stage's name is one within its API.
        if (!custom || type === "aws:apigatewayv2/stage:Stage") return [];
        return NAMES.flatMap((property) => {
          const value = given[property];
          return typeof value === "string" ? [`${type} ${value}`] : [];
        });
      });
    const [dev, prod] = [namesOf("dev"), namesOf("prod")];
    expect(dev.length).to.be.greaterThan(20);
    expect(dev.filter((name) => prod.includes(name))).to.deep.equal([]);
    expect(new Set(dev).size).to.equal(dev.length);
  });

  it("publish their metrics apart", () => {
    for (const name of previews.keys()) {
      for (const { inputs: given, urn } of ofType(name, FUNCTION)) {
        expect(displayMap(given).environment, urn)
          .to.have.nested.property("variables.POWERTOOLS_METRICS_NAMESPACE")
          .that.equals(`event-driven-aws/${name}`);
      }
    }
  });

  it("protect data in production, and let development be taken down whole", () => {
    for (const type of [TABLE, QUEUE]) {
      const orders = (name: string) =>
        ofType(name, type).filter((resource) => resource.name.startsWith("orders-"));
      expect(orders("prod").map(({ protect }) => protect)).to.deep.equal(orders("prod").map(() => true));
      expect(orders("dev").map(({ protect }) => protect)).to.deep.equal(orders("dev").map(() => false));
      expect(orders("dev")).not.to.have.length(0);
    }
    for (const table of ["orders-orders", "orders-inventory"]) {
      expect(inputs("prod", TABLE, table).deletionProtectionEnabled).to.equal(true);
      expect(inputs("dev", TABLE, table).deletionProtectionEnabled).to.equal(false);
    }
  });

  it("differ in retention, sizes and who is told", () => {
    const logs = (name: string) => inputs(name, LOG_GROUP, "orders-process-logs").retentionInDays;
    expect([logs("dev"), logs("prod")]).to.deep.equal([7, 90]);
    const batch = (name: string) => inputs(name, MAPPING, "orders-process-mapping").batchSize;
    expect(batch("prod")).to.be.greaterThan(Number(batch("dev")));
    const memory = (name: string) => inputs(name, FUNCTION, "orders-process").memorySize;
    expect(memory("prod")).to.be.greaterThan(Number(memory("dev")));
    expect(ofType("dev", SUBSCRIPTION)).to.deep.equal([]);
    expect(
      ofType("prod", SUBSCRIPTION).map((resource) => displayMap(resource.inputs).endpoint),
    ).to.deep.equal(["on-call@example.com"]);
  });
});
