import path from "node:path";
import { expect } from "chai";
import { RunningClock, startCloud } from "embedded-aws";
import { EventLog } from "embedded-aws/testing";
import { cloudOptionsOf, deploy, readProject } from "embedded-pulumi";

const PROJECT = path.resolve(__dirname, "../../..");

/** Ticks come at sixty times their speed; functions run at their own. */
const SPEED = 60;

function projectWith(keys: Readonly<Record<string, string>>) {
  const config = Object.entries({ scalerNetwork: "private", scalerMinInstances: "3", ...keys });
  return readProject(
    PROJECT,
    "dev",
    new Map(config.map(([key, value]) => [`event-driven-aws:${key}`, value])),
  );
}

describe("a fleet whose network changes", function () {
  this.timeout(180_000);

  it("leaves a subnet before it is deleted", async () => {
    const project = projectWith({ scalerNetworkZones: "3" });
    const cloud = await startCloud({
      port: 0,
      clock: new RunningClock(SPEED),
      conditions: { instanceLagMs: 0 },
      ...cloudOptionsOf(project),
    });
    cloud.ec2.shutdownMs = 1_000;
    const log = new EventLog(cloud.context.events);
    const deployment = await deploy(cloud, { project, cacheDirectory: path.join(PROJECT, ".local/cache") });
    try {
      await deployment.programEnded;
      const launched = new Set<string>();
      await log.first("instance-state-changed", ({ state, instanceId }) => {
        if (state === "pending") launched.add(instanceId);
        return launched.size === 3;
      });
      const before = await fleetOf(cloud);
      expect(new Set(before.map(({ SubnetId }) => SubnetId)).size).to.equal(3);
      await deployment.update({ project: projectWith({ scalerNetworkZones: "2" }) });
      const { Subnets = [] } = await cloud.call("ec2", "DescribeSubnets", {});
      const left = new Set(Subnets.map(({ SubnetId }) => SubnetId));
      const gone = before.filter(({ SubnetId }) => !left.has(SubnetId));
      expect(gone).to.have.length(1);
      // The others stay: nothing of theirs has changed.
      const stayed = before.filter(({ SubnetId }) => left.has(SubnetId)).map(({ InstanceId }) => InstanceId);
      const after = await fleetOf(cloud);
      expect(after.map(({ InstanceId }) => InstanceId)).to.include.members(stayed);
      expect(after.every(({ SubnetId }) => left.has(SubnetId))).to.equal(true);
    } finally {
      await deployment.close();
    }
  });
});

async function fleetOf({ call }: Pick<Awaited<ReturnType<typeof startCloud>>, "call">) {
  const { Reservations = [] } = await call("ec2", "DescribeInstances", {
    Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}
