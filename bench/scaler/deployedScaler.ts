import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startCloud, kind, SteppedClock, type Cloud, type CloudContext } from "embedded-aws";
import { deploy } from "embedded-pulumi";
import type { Contender } from "./compare";
import type { ComparedSettings } from "./program/index";
import { STEP_SECONDS, STEPS_PER_MINUTE, type Run, type Step } from "./run";
import { initialSize, PHASE_SECONDS, TRACE_START, type World } from "./simulate";
import type { Trace } from "./traces";

/** "Fleet", the tag by which the component knows its instances. */
const FLEET_TAG_KEY = "Fleet";
const PROJECT = "scaler-bench";
const STACK = "bench";
/** From the deployment to the trace's beginning: by then the first instances serve, and none is warming up. */
const LEAD_MINUTES = 10;

interface DeployedFleet {
  readonly cloud: Cloud;
  readonly close: () => Promise<void>;
  readonly clock: SteppedClock;
  readonly fleet: string;
  readonly launchTemplateId: string;
}

/**
 * This scaler as it is deployed: the component's alarm, rules, role and function in an embedded cloud of its own
 * for each trace, the function in a process of its own, on a clock that stands still while anything is at work.
 */
export function deployedScaler(world: World, settings: ComparedSettings): Contender {
  // It holds for every policy, and stands with the world.
  const { schedule: _, ...parameters } = settings;
  return {
    key: "thisScaler",
    name: "this scaler",
    parameters,
    async run(trace) {
      const deployment = await deployFleet(world, settings);
      try {
        return await follow(deployment, trace, world);
      } finally {
        await deployment.close();
      }
    },
  };
}

async function deployFleet(world: World, settings: ComparedSettings): Promise<DeployedFleet> {
  // A rate counts from the rule's creation: the ticks come at the moment at which the other policies look.
  const clock = new SteppedClock(TRACE_START - LEAD_MINUTES * 60_000 + PHASE_SECONDS * 1000);
  // What the policies that it is compared with live in, and nothing else of what AWS adds.
  const { bootCpu, otherInstances, staggeredMetrics } = world;
  const conditions = { ...kind, bootCpu, otherInstances, staggeredMetrics };
  const cloud = await startCloud({ port: 0, clock, conditions, seed: world.seed });
  cloud.ec2.bootMs = world.bootSeconds * 1000;
  const deployment = await withProject(settings, async (directory) => {
    const deployed = await deploy<typeof import("./program/index")>(cloud, {
      directory,
      stack: STACK,
      cacheDirectory: path.resolve(".local", "cache"),
      assetDirectory: ".",
    });
    // Its folder goes.
    await deployed.programEnded;
    return deployed;
  });
  const { fleet, launchTemplateId } = deployment.outputs;
  return { cloud, clock, fleet, launchTemplateId, close: () => deployment.close() };
}

/** Does `work` with a Pulumi project for the bench's program, whose stack has these settings; JSON is YAML too. */
async function withProject<T>(
  settings: ComparedSettings,
  work: (projectDirectory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(path.join(tmpdir(), "scaler-bench-"));
  const write = (file: string, content: object) =>
    writeFileSync(path.join(directory, file), JSON.stringify(content));
  try {
    const main = path.resolve(__dirname, "program", "index.ts");
    write("Pulumi.yaml", { name: PROJECT, runtime: "nodejs", main });
    write(`Pulumi.${STACK}.yaml`, { config: { "aws:region": "us-east-1", [`${PROJECT}:scaler`]: settings } });
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Steps the cloud through a trace, from a fleet that is in service and has enough to do. */
async function follow(deployment: DeployedFleet, trace: Trace, world: World): Promise<Run> {
  const { cloud, clock, fleet, launchTemplateId } = deployment;
  const fleetTags = { [FLEET_TAG_KEY]: fleet };
  const watched = watch(cloud.context, fleet);
  const initial = initialSize(trace, world);
  if (initial > 0) {
    const LaunchTemplate = { LaunchTemplateId: launchTemplateId };
    await cloud.call("ec2", "RunInstances", { MinCount: initial, MaxCount: initial, LaunchTemplate });
  }
  // Before the trace begins there is as much to do as in its first minute: instances that say nothing are replaced.
  const demandAt = (at: number) => trace.demand[Math.max(0, Math.floor((at - TRACE_START) / 60_000))] ?? 0;
  const load = cloud.createLoad({
    fleetTags,
    demand: demandAt,
    bootstrapMs: world.bootstrapSeconds * 1000,
    delayMs: world.metricDelaySeconds * 1000,
  });
  await clock.advance(TRACE_START - clock.now());
  const steps: Step[] = [];
  for (let step = 0; step < trace.demand.length * STEPS_PER_MINUTE; step++) {
    await clock.advance(TRACE_START + step * STEP_SECONDS * 1000 - clock.now());
    // Paid for from the launch on.
    steps.push({ demand: load.demand(), supply: load.inService(), fleet: load.live().length });
    watched.throwIfAnythingFailed();
  }
  load.close();
  return { steps, launched: watched.launched() - initial, terminated: watched.terminated() };
}

/** Counts launches and terminations; a call that is refused, or an invocation that fails, is no fair run. */
function watch(context: CloudContext, fleet: string) {
  let launched = 0;
  let terminated = 0;
  let failure: string | undefined;
  context.events.subscribe((event) => {
    if (event.type === "instance-state-changed" && event.tags[FLEET_TAG_KEY] === fleet) {
      if (event.state === "pending") launched++;
      if (event.state === "shutting-down") terminated++;
    }
    if (event.type === "invocation-ended" && event.outcome !== "succeeded") {
      failure ??= `the scaler's function ${event.outcome}: ${event.errorMessage ?? "no reason given"}`;
    }
    if (event.type === "event-delivery-failed") {
      failure ??= `the event "${event.detailType}" was not delivered: ${event.errorMessage ?? "no reason given"}`;
    }
  });
  return {
    launched: () => launched,
    terminated: () => terminated,
    throwIfAnythingFailed() {
      if (failure !== undefined) throw new Error(failure);
    },
  };
}
