import { expect } from "chai";
import path from "node:path";
import { startCloud, SteppedClock } from "embedded-aws";
import { cloudOptionsOf, deploy, listStacks, readProject, policyResources } from "embedded-pulumi";
import { evaluate, type Result, staleWaivers, UNKNOWN_VALUE } from "../../../policy/evaluate";
import { rules } from "../../../policy/rules";
import { waivers } from "../../../policy/waivers";

const PROJECT = path.resolve(__dirname, "../../..");

/** Parts of the program that a stack may leave out are judged as well. */
const EVERY_PART = new Map([
  ["ordersApi", "true"],
  ["ordersEvents", "true"],
  ["ordersTimeToLiveDays", "365"],
]);

/** Everything that the rules say of the stack, deployed into an empty embedded cloud. */
async function judge(stack: string): Promise<readonly Result[]> {
  const project = readProject(PROJECT, stack, EVERY_PART);
  const clock = new SteppedClock();
  const deployment = await deploy(await startCloud({ port: 0, clock, ...cloudOptionsOf(project) }), {
    project,
  });
  try {
    const { resources } = await deployment.programEnded;
    return evaluate(policyResources(resources, UNKNOWN_VALUE), rules, waivers);
  } finally {
    await deployment.close();
  }
}

describe("the program", function () {
  this.timeout(60_000);
  const stacks = listStacks(PROJECT);
  const judged: Result[] = [];

  for (const stack of stacks) {
    it(`keeps every rule in stack ${stack}, and leaves none undetermined`, async () => {
      const results = await judge(stack);
      judged.push(...results);
      const broken = results.filter(({ outcome }) => outcome === "violated" || outcome === "undetermined");
      expect(
        broken.map(({ rule, type, name, outcome }) => `${rule.name} ${outcome}: ${type} ${name}`),
      ).to.deep.equal([]);
      // A rule that judged nothing keeps no promise: the main resources must be among those judged.
      expect(new Set(results.map(({ type }) => type))).to.include.members([
        "aws:sqs/queue:Queue",
        "aws:dynamodb/table:Table",
        "aws:lambda/function:Function",
        "aws:iam/rolePolicy:RolePolicy",
      ]);
      expect(results.map(({ name }) => name)).to.include.members(["orders-announce"]);
    });
  }

  it("has no waiver that excuses nothing", function () {
    if (stacks.length === 0) this.skip();
    expect(staleWaivers(judged, waivers)).to.deep.equal([]);
  });
});
