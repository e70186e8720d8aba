import { expect } from "chai";
import {
  createProvider,
  mapToWire,
  plainMap,
  readProject,
  type RegisteredResource,
  resourceTypes,
  runProgram,
} from "embedded-pulumi";
import { seededRandom } from "embedded-aws/support";
import { cliAtHand, findCli } from "../../tools/pulumiLocal/findCli";
import { startEmptyCloud } from "../../tools/pulumiLocal/emptyCloud";
import { standingIn } from "../support/standing";
import { canonicalInputs } from "./canonicalInputs";
import { Pulumi, tally } from "./cli";
import { MEDDLING } from "./meddling";
import { ProjectCopy } from "../../bench/developer/projectCopy";

const FUNCTION = "aws:lambda/function:Function";

/** Pulumi's own engine over the whole program, from nothing to nothing. Each test goes on where the one before ended. */
describe("the stack dev under Pulumi's own engine", function () {
  let project: ProjectCopy;
  let cloud: Awaited<ReturnType<typeof startEmptyCloud>>;
  let pulumi: Pulumi;
  let atFirst: readonly string[];

  before(async function () {
    if (cliAtHand() === undefined) {
      if (process.env.CI_REQUIRE_PULUMI_CLI === "1")
        throw new Error("there is neither a Pulumi CLI nor Go, and CI_REQUIRE_PULUMI_CLI is set");
      console.warn("      SKIPPED: there is neither a Pulumi CLI nor Go to build one");
      this.skip();
    }
    this.timeout(20 * 60_000);
    await findCli((line) => console.warn(`      ${line}`));
    project = new ProjectCopy("engine", ["policy"]);
    cloud = await startEmptyCloud(readProject(project.directory, "dev"), 0);
    pulumi = new Pulumi(project.directory, Number(new URL(cloud.endpoint).port));
    atFirst = await standingIn(cloud.cloud);
  });

  afterEach(() => {
    project.restore();
  });

  after(async () => {
    // Skipped, none of them is there.
    (pulumi as Pulumi | undefined)?.kill();
    await (cloud as typeof cloud | undefined)?.close();
    (project as ProjectCopy | undefined)?.remove();
  });

  const now = () => standingIn(cloud.cloud);

  it("is refused with a wrong configuration, before anything is created", async () => {
    project.edit("Pulumi.dev.yaml", (text) => `${text}  event-driven-aws:ordersBatchSize: 20000\n`);
    const { status, output } = await pulumi.run("up", "--yes", "--skip-preview");
    expect(status, output).not.to.equal(0);
    expect(output).to.contain("ordersBatchSize").and.to.contain("20000");
    expect(await now()).to.deep.equal(atFirst);
  });

  it("is previewed as the embedded engine previews it: resource by resource, input by input", async () => {
    const embedded = await previewEmbedded(project.directory);
    const steps = await pulumi.preview("--show-secrets");
    const real = steps.filter(({ newState }) => resourceTypes.has(newState?.type ?? ""));
    const [here, there] = [
      embedded.map(({ urn, inputs }) => [urn, canonicalInputs(mapToWire(plainMap(inputs)))] as const),
      real.map(({ urn, newState }) => [urn, canonicalInputs(newState?.inputs ?? {})] as const),
    ].map((side) => new Map(side));
    expect([...(there?.keys() ?? [])].sort()).to.deep.equal([...(here?.keys() ?? [])].sort());
    expect(here?.size).to.be.greaterThan(50);
    for (const [urn, inputs] of here ?? []) expect(there?.get(urn), urn).to.deep.equal(inputs);
    expect(await now()).to.deep.equal(atFirst);
  });

  it("passes its policy pack, and is refused by it with a queue that is not encrypted", async () => {
    const passes = await pulumi.run("preview", "--policy-pack", "policy");
    expect(passes.status, passes.output).to.equal(0);
    expect(passes.output).to.match(/event-driven-aws/);
    project.edit(
      "index.ts",
      (text) =>
        `import * as aws from "@pulumi/aws";\n${text}\nnew aws.sqs.Queue("open", { sqsManagedSseEnabled: false, tags });\n`,
    );
    const { status, output } = await pulumi.run("up", "--yes", "--policy-pack", "policy");
    expect(status, output).not.to.equal(0);
    expect(output)
      .to.match(/mandatory/)
      .and.to.contain("open");
    expect(await now()).to.deep.equal(atFirst);
  });

  it("is interrupted by Ctrl-C in the middle, and brought about by the next up", async () => {
    const up = pulumi.start(["up", "--yes", "--skip-preview"], (output) => {
      if (!interrupted && /aws:iam\/?:?.*Role.* created/.test(output)) {
        interrupted = true;
        up.interrupt();
      }
    });
    let interrupted = false;
    const { status, output } = await up.ended;
    expect(interrupted, output).to.equal(true);
    expect(status, output).not.to.equal(0);
    const half = await now();
    expect(half.length).to.be.greaterThan(atFirst.length);
    const again = await pulumi.run("up", "--yes", "--skip-preview");
    expect(again.status, again.output).to.equal(0);
    expect((await now()).length).to.be.greaterThan(half.length);
  });

  it("stands as its outputs say, with everything that was registered", async () => {
    const { status, stdout } = await pulumi.run("stack", "output", "--json");
    expect(status).to.equal(0);
    const outputs = JSON.parse(stdout) as Readonly<Record<string, string>>;
    const { QueueUrls = [] } = await cloud.cloud.call("sqs", "ListQueues", {});
    expect(QueueUrls).to.include(outputs.orderQueueUrl);
  });

  it("is not changed by a second up, nor by a refresh", async () => {
    // The scaler, which runs each minute, may have begun to launch.
    const deployed = async () => (await now()).filter((each) => !each.startsWith("instance "));
    const before = await deployed();
    const up = await pulumi.run("up", "--yes", "--expect-no-changes");
    expect(up.status, up.output).to.equal(0);
    const refresh = await pulumi.run("refresh", "--yes", "--expect-no-changes");
    expect(refresh.status, refresh.output).to.equal(0);
    expect(await deployed()).to.deep.equal(before);
  });

  it("has put right, after a refresh, what somebody deleted and what somebody changed", async () => {
    const { stdout } = await pulumi.run("stack", "output", "--json");
    const outputs = JSON.parse(stdout) as Readonly<Record<string, string>>;
    const { dashboardName = "" } = outputs;
    await cloud.cloud.call("monitoring", "DeleteDashboards", { DashboardNames: [dashboardName] });
    for (const { meddle } of MEDDLING) await meddle(cloud.cloud, outputs);
    const line = (type = "", differs: readonly string[] = []) => `${type}: ${differs.toSorted().join(" ")}`;
    const meddledWith = MEDDLING.map(({ type, differs }) => line(type, differs)).sort();
    const updated = (told: string) =>
      [...told.matchAll(/ (aws:\S+) \S+ updated .*\[diff: (.*)\]/g)]
        // "~memorySize,timeout"; what is added or gone would have another sign.
        .map(([, type, diff]) => line(type, diff?.replaceAll("~", "").split(",")))
        .sort();
    const refresh = await pulumi.run("refresh", "--yes", "--skip-preview");
    expect(refresh.status, refresh.output).to.equal(0);
    expect(updated(refresh.output), refresh.output).to.deep.equal(meddledWith);
    const up = await pulumi.run("up", "--yes", "--skip-preview");
    expect(up.status, up.output).to.equal(0);
    expect(updated(up.output), up.output).to.deep.equal(meddledWith);
    expect(await now()).to.include(`dashboard ${dashboardName}`);
    const again = await pulumi.run("preview", "--refresh", "--expect-no-changes");
    expect(again.status, again.output).to.equal(0);
  });

  it("updates one function for an edited handler, and no more", async () => {
    project.edit("handlers/confirmOrders.ts", (text) => `${text}\nconsole.debug("edited");\n`);
    const changes = (await pulumi.preview()).filter(({ op }) => op !== "same");
    expect(changes.map(({ op, newState }) => [op, newState?.type])).to.deep.equal([["update", FUNCTION]]);
    expect(changes[0]?.urn).to.contain("confirm");
    const { status, output } = await pulumi.run("up", "--yes", "--skip-preview");
    expect(status, output).to.equal(0);
    expect(output).to.match(/~ 1 updated/);
    expect(tally(await pulumi.preview())).to.have.all.keys("same");
  });

  it("shows what an alias saves when a component is renamed", async () => {
    const rename = (options: string) => {
      project.edit("index.ts", (text) =>
        text.replace(
          /new OrderPipeline\("orders", (\{[^}]*\})\)/,
          (_all, args: string) => `new OrderPipeline("shop", ${args}${options})`,
        ),
      );
    };
    rename("");
    const without = tally(await pulumi.preview());
    expect(without.create).to.be.greaterThan(10);
    project.restore();
    rename(', { aliases: [{ name: "orders" }] }');
    const withAlias = tally(await pulumi.preview());
    expect(withAlias).not.to.have.any.keys("create", "delete", "replace", "create-replacement");
  });

  it("leaves an empty cloud when it is destroyed", async () => {
    const { status, output } = await pulumi.run("destroy", "--yes", "--skip-preview");
    expect(status, output).to.equal(0);
    expect(await now()).to.deep.equal(atFirst);
  });

  it("goes up from nothing in one go", async () => {
    const { status, output } = await pulumi.run("up", "--yes");
    expect(status, output).to.equal(0);
    const { status: gone, output: told } = await pulumi.run("destroy", "--yes", "--skip-preview");
    expect(gone, told).to.equal(0);
    expect(await now()).to.deep.equal(atFirst);
  });

  /** What the embedded engine registers of the provider's resources in a preview. */
  async function previewEmbedded(projectDirectory: string): Promise<readonly RegisteredResource[]> {
    const { context, call } = cloud.cloud;
    const { resources } = await runProgram({
      projectDirectory,
      stack: "dev",
      mode: "preview",
      random: seededRandom(1),
      provider: createProvider({
        region: context.region,
        accountId: context.accountId,
        programDirectory: projectDirectory,
        settleMs: 0,
        wait: () => Promise.resolve(),
        call,
      }),
    });
    return resources.filter(({ type }) => resourceTypes.has(type));
  }
});
