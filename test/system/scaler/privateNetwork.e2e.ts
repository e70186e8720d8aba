import path from "node:path";
import { expect } from "chai";
import { RunningClock, startCloud } from "embedded-aws";
import { EventLog } from "embedded-aws/testing";
import { cloudOptionsOf, deploy, policyResources, readProject } from "embedded-pulumi";
import { evaluate, UNKNOWN_VALUE } from "../../../policy/evaluate";
import { rules } from "../../../policy/rules";
import { waivers } from "../../../policy/waivers";

const PROJECT = path.resolve(__dirname, "../../..");

/** Ticks come at sixty times their speed; functions run at their own. */
const SPEED = 60;

describe("a fleet in a network of its own", function () {
  this.timeout(120_000);

  for (const networkEgress of ["natPerZone", "endpoints"]) {
    it(`with ${networkEgress} keeps every rule, has no public address, and leaves nothing behind`, async () => {
      const config = new Map([
        ["event-driven-aws:scalerNetwork", "private"],
        ["event-driven-aws:scalerNetworkEgress", networkEgress],
        ["event-driven-aws:scalerMinInstances", "2"],
      ]);
      const project = readProject(PROJECT, "dev", config);
      const cloud = await startCloud({
        port: 0,
        clock: new RunningClock(SPEED),
        conditions: { instanceLagMs: 0 },
        ...cloudOptionsOf(project),
      });
      cloud.ec2.shutdownMs = 1_000;
      const log = new EventLog(cloud.context.events);
      const before = await networkOf(cloud);
      const deployment = await deploy(cloud, {
        project,
        cacheDirectory: path.join(PROJECT, ".local/cache"),
      });
      try {
        const { resources } = await deployment.programEnded;
        const results = evaluate(policyResources(resources, UNKNOWN_VALUE), rules, waivers);
        const broken = results.filter(({ outcome }) => outcome === "violated" || outcome === "undetermined");
        expect(broken.map(({ rule, name }) => `${rule.name}: ${name}`)).to.deep.equal([]);

        const launched = new Set<string>();
        await log.first("instance-state-changed", ({ state, instanceId }) => {
          if (state === "pending") launched.add(instanceId);
          return launched.size === 2;
        });
        const { Reservations = [] } = await cloud.call("ec2", "DescribeInstances", {});
        const fleet = Reservations.flatMap(({ Instances = [] }) => Instances);
        expect(fleet.map(({ PublicIpAddress }) => PublicIpAddress)).to.deep.equal([undefined, undefined]);
        for (const { PrivateIpAddress } of fleet) expect(PrivateIpAddress).to.match(/^10\.0\./);
        expect(new Set(fleet.map(({ SubnetId }) => SubnetId)).size).to.equal(2);

        await deployment.destroy();
        expect(await networkOf(cloud)).to.deep.equal(before);
      } finally {
        await deployment.close();
      }
    });
  }
});

/** How much there is of everything in the account's networks. */
async function networkOf({ call }: Pick<Awaited<ReturnType<typeof startCloud>>, "call">) {
  const { Vpcs } = await call("ec2", "DescribeVpcs", {});
  const { Subnets } = await call("ec2", "DescribeSubnets", {});
  const { RouteTables } = await call("ec2", "DescribeRouteTables", {});
  const { InternetGateways } = await call("ec2", "DescribeInternetGateways", {});
  const { Addresses } = await call("ec2", "DescribeAddresses", {});
  const { VpcEndpoints } = await call("ec2", "DescribeVpcEndpoints", {});
  const { SecurityGroups } = await call("ec2", "DescribeSecurityGroups", {});
  const { LaunchTemplates } = await call("ec2", "DescribeLaunchTemplates", {});
  const { NetworkInterfaces } = await call("ec2", "DescribeNetworkInterfaces", {});
  const lists = { Vpcs, Subnets, RouteTables, InternetGateways, Addresses, VpcEndpoints };
  return Object.fromEntries(
    Object.entries({ ...lists, SecurityGroups, LaunchTemplates, NetworkInterfaces }).map(([name, list]) => [
      name,
      list?.length ?? 0,
    ]),
  );
}
