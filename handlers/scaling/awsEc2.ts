import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import { clientConfig } from "../shared/retry";
import { traced } from "../shared/tracing";
import type { InstanceRecord } from "./fleet";
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
      const records: InstanceRecord[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ec2.send(
          new DescribeInstancesCommand({
            Filters: [{ Name: `tag:${fleetTag.key}`, Values: [fleetTag.value] }],
            MaxResults: 1_000,
            ...(NextToken !== undefined && { NextToken }),
          }),
        );
        for (const { Instances = [] } of page.Reservations ?? [])
          for (const instance of Instances) records.push(recordOf(instance));
        NextToken = page.NextToken;
      } while (NextToken);
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
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
    },
  };
}

/** How many instances one call may ask for by id. */
const STATUSES_A_CALL = 100;

/** Those whose status checks fail, their own or their host's. */
async function impairedOf(ec2: EC2Client, instanceIds: readonly string[]): Promise<ReadonlySet<string>> {
  const impaired = new Set<string>();
  for (let from = 0; from < instanceIds.length; from += STATUSES_A_CALL) {
    const InstanceIds = instanceIds.slice(from, from + STATUSES_A_CALL);
    const { InstanceStatuses = [] } = await ec2
      .send(new DescribeInstanceStatusCommand({ InstanceIds }))
      // One that has just gone, or is not shown everywhere yet, spoils the call: the next tick asks again.
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === "InvalidInstanceID.NotFound")
          return { InstanceStatuses: [] };
        throw error;
      });
    for (const { InstanceId, InstanceStatus, SystemStatus } of InstanceStatuses) {
      const fails = InstanceStatus?.Status === "impaired" || SystemStatus?.Status === "impaired";
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

function recordOf(instance: Instance): InstanceRecord {
  const { InstanceId, State, LaunchTime, ImageId, ClientToken, SubnetId, SecurityGroups, Tags } = instance;
  if (InstanceId === undefined || State?.Name === undefined || LaunchTime === undefined) {
    throw new Error(
      `EC2 described an instance without id, state or launch time: ${JSON.stringify(instance)}`,
    );
  }
  return {
    id: InstanceId,
    state: State.Name,
    launchTime: LaunchTime.getTime(),
    ...endOf(instance),
    imageId: ImageId ?? "",
    ...(SubnetId ? { subnetId: SubnetId } : {}),
    securityGroupIds: SecurityGroups?.flatMap(({ GroupId }) => GroupId ?? []),
    launchTemplateId: Tags?.find(({ Key }) => Key === "aws:ec2launchtemplate:id")?.Value,
    // EC2 answers with an empty token where none was given.
    ...(ClientToken ? { clientToken: ClientToken } : {}),
  };
}

/** EC2 tells in words when an instance was told to end: "User initiated (2026-06-01 12:00:00 GMT)". */
function endOf({ StateTransitionReason = "" }: Instance): { readonly endedAt?: number } {
  const [, date, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) GMT\)/.exec(StateTransitionReason) ?? [];
  return date === undefined ? {} : { endedAt: Date.parse(`${date}T${time ?? ""}Z`) };
}
