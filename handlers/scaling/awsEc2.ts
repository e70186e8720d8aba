import {
  DescribeInstanceStatusCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import { clientConfig } from "../shared/retry";
import { traced } from "../shared/tracing";
import { describeInstances, recordOf } from "./describeInstances";
import type { Ec2Port } from "./ec2Port";
import type { LaunchRequest } from "./launchRequest";

/** Launching is slower than most calls, so each may take a little longer than elsewhere. */
const requestHandler = { ...clientConfig.requestHandler, requestTimeout: 5_000 };

/** What a launch creates, and the fleet's tags are put on: what carries them is this fleet's, and nothing else is. */
const TAGGED: readonly ResourceType[] = ["instance", "volume", "network-interface"];

/** EC2, as far as the instances with one tag are concerned. */
export function awsEc2(fleetTag: { readonly key: string; readonly value: string }): Ec2Port {
  const ec2 = traced(new EC2Client({ ...clientConfig, requestHandler, maxAttempts: 3 }));
  // Whoever launches must know of each attempt what became of it.
  const once = traced(new EC2Client({ ...clientConfig, requestHandler, maxAttempts: 1 }));
  return {
    async describe() {
      const records = await describeInstances(ec2, fleetTag);
      const impaired = await impairedOf(
        ec2,
        records.filter(({ state }) => state === "running").map(({ id }) => id),
      );
      return records.map((record) => (impaired.has(record.id) ? { ...record, impaired: true } : record));
    },

    async run(request, clientToken) {
      const { Instances = [] } = await once.send(new RunInstancesCommand(runInput(request, clientToken)));
      if (Instances.length === 0) throw new Error("RunInstances answered without an instance");
      return Instances.map(recordOf);
    },

    async terminate(instanceIds) {
      if (await terminated(ec2, instanceIds)) return { ended: instanceIds, kept: [] };
      if (instanceIds.length === 1) return { ended: [], kept: instanceIds };
      // One that somebody has protected keeps those beside it alive that are to end with it: each by itself.
      const ended: string[] = [];
      const kept: string[] = [];
      for (const id of instanceIds) {
        try {
          ((await terminated(ec2, [id])) ? ended : kept).push(id);
        } catch (error) {
          // What has ended is not to be forgotten for it; the next tick meets it again.
          if (ended.length === 0) throw error;
          break;
        }
      }
      return { ended, kept };
    },
  };
}

/** False when EC2 refuses, as one of them is protected from termination (`DisableApiTermination`). */
async function terminated(ec2: EC2Client, instanceIds: readonly string[]): Promise<boolean> {
  try {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "OperationNotPermitted") return false;
    throw error;
  }
}

/** How many instances one call may ask for by id. */
const STATUSES_A_CALL = 100;

/** Those whose status checks fail, their own or their host's. */
async function impairedOf(ec2: EC2Client, instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
  const impaired = new Set<string>();
  for (let from = 0; from < instanceIds.length; from += STATUSES_A_CALL) {
    const InstanceIds = instanceIds.slice(from, from + STATUSES_A_CALL);
    // Stryker disable next-line ArrayDeclaration: what has no status is not impaired.
    const { InstanceStatuses = [] } = await ec2
      .send(new DescribeInstanceStatusCommand({ InstanceIds }))
      // One that has just gone, or is not shown everywhere yet, spoils the call: the next tick asks again.
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === "InvalidInstanceID.NotFound")
          // Stryker disable next-line ArrayDeclaration,ObjectLiteral: what has no status is not impaired.
          return { InstanceStatuses: [] };
        throw error;
      });
    for (const { InstanceId, InstanceStatus, SystemStatus } of InstanceStatuses) {
      const fails = InstanceStatus?.Status === "impaired" || SystemStatus?.Status === "impaired";
      // Stryker disable next-line ConditionalExpression: no record has an undefined id; the type asks for it.
      if (fails && InstanceId !== undefined) impaired.add(InstanceId);
    }
  }
  return impaired;
}

function runInput(request: LaunchRequest, clientToken: string) {
  const Tags = Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    ClientToken: clientToken,
    LaunchTemplate: { LaunchTemplateId: request.launchTemplateId, Version: request.launchTemplateVersion },
    // The template's interface is repeated in full: where a request names an interface, and with one in
    // the template it must, EC2 takes nothing of it from there.
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: request.subnetId,
        Groups: [...request.securityGroupIds],
        AssociatePublicIpAddress: request.publicIp,
        DeleteOnTermination: true,
      },
    ],
    // As many as there is room for: the rest is asked for elsewhere.
    MinCount: 1,
    MaxCount: request.count,
    TagSpecifications: TAGGED.map((resourceType) => ({ ResourceType: resourceType, Tags })),
  };
}
