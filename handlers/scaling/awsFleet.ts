import { CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from "@aws-sdk/client-cloudwatch";
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import { setTimeout as sleep } from "node:timers/promises";
import { clientConfig } from "../shared/retry";
import type { ScalerConfiguration } from "./configuration";
import { cpuQueries, samplesFrom } from "./cpuMetric";
import type { InstanceRecord } from "./fleet";
import type { FleetPort } from "./reconcile";

/**
 * The SDK's own three attempts, the same client token in each, fit well into the function's minute; launching
 * is slower than most calls, so each may take a little longer than elsewhere.
 */
const client = {
  ...clientConfig,
  maxAttempts: 3,
  requestHandler: { ...clientConfig.requestHandler, requestTimeout: 5_000 },
};

/** What a launch creates, and the fleet's tag is put on: what carries it is this fleet's, and nothing else is. */
const TAGGED: readonly ResourceType[] = ["instance", "volume", "network-interface"];

/** The fleet as EC2 and CloudWatch know it. */
export function awsFleet(configuration: ScalerConfiguration): FleetPort {
  const ec2 = new EC2Client(client);
  const cloudWatch = new CloudWatchClient(client);
  const { launchTemplateId, securityGroupIds, publicIp } = configuration;
  const fleetTag = { key: configuration.fleetTagKey, value: configuration.fleet };

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
      return records;
    },

    async cpuSince(from, instanceIds) {
      const results: MetricDataResult[] = [];
      for (const MetricDataQueries of cpuQueries(instanceIds)) {
        let NextToken: string | undefined;
        do {
          const page = await cloudWatch.send(
            new GetMetricDataCommand({
              MetricDataQueries,
              StartTime: new Date(from),
              EndTime: new Date(),
              ...(NextToken !== undefined && { NextToken }),
            }),
          );
          for (const result of page.MetricDataResults ?? []) results.push(result);
          NextToken = page.NextToken;
        } while (NextToken);
      }
      return samplesFrom(results);
    },

    async run({ clientToken, subnetId }) {
      const { Instances } = await ec2.send(
        new RunInstancesCommand({
          ClientToken: clientToken,
          // The default version, by name: a new version of the template then changes no request.
          LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: "$Default" },
          // The template's interface is repeated in full: where a request names an interface, and with one in
          // the template it must, EC2 takes nothing of it from there.
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              SubnetId: subnetId,
              Groups: securityGroupIds,
              AssociatePublicIpAddress: publicIp,
              DeleteOnTermination: true,
            },
          ],
          MinCount: 1,
          MaxCount: 1,
          TagSpecifications: TAGGED.map((ResourceType) => ({
            ResourceType,
            Tags: [{ Key: fleetTag.key, Value: fleetTag.value }],
          })),
        }),
      );
      const [instance] = Instances ?? [];
      if (instance === undefined) throw new Error("RunInstances answered without an instance");
      return recordOf(instance);
    },

    async terminate(instanceIds) {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instanceIds] }));
    },

    now: () => Date.now(),
    sleep: (ms) => sleep(ms),
  };
}

function recordOf(instance: Instance): InstanceRecord {
  const { InstanceId, State, LaunchTime, ImageId, ClientToken } = instance;
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
    // EC2 answers with an empty token where none was given.
    ...(ClientToken ? { clientToken: ClientToken } : {}),
  };
}

/** EC2 tells in words when an instance was told to end: "User initiated (2026-06-01 12:00:00 GMT)". */
function endOf({ StateTransitionReason = "" }: Instance): { readonly endedAt?: number } {
  const [, date, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) GMT\)/.exec(StateTransitionReason) ?? [];
  return date === undefined ? {} : { endedAt: Date.parse(`${date}T${time ?? ""}Z`) };
}
