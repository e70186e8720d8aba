import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";
import type { Conditions } from "../../../src/core/conditions/conditions";
import type { Input } from "../../../src/wire/operation";

export const IMAGE = "ami-0a12023000000864a";
export const NAME = "web";
export const MINUTE = 60_000;

/** Of the default VPC, one in each zone. */
const SUBNETS = ["subnet-04c1f7a9b3e8d2560", "subnet-09e2b6d8a1c7f3541", "subnet-0f3a5c8e7b2d94162"] as const;

/** A group in a cloud whose clock only the test steps. */
export class GroupWorld {
  private constructor(
    readonly clock: SteppedClock,
    readonly cloud: TestCloud,
    readonly template: string,
  ) {}

  static async start(conditions: Partial<Conditions> = {}): Promise<GroupWorld> {
    const clock = new SteppedClock();
    const cloud = await startTestCloud({
      clock,
      conditions: { instanceLagMs: 0, iamPropagationMs: 0, ec2Vcpus: Infinity, ...conditions },
    });
    const { LaunchTemplate } = await cloud.call("ec2", "CreateLaunchTemplate", {
      LaunchTemplateName: "web",
      LaunchTemplateData: {
        ImageId: IMAGE,
        InstanceType: "t3.micro",
        Monitoring: { Enabled: true },
        NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false, DeleteOnTermination: true }],
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
      },
    });
    return new GroupWorld(clock, cloud, LaunchTemplate?.LaunchTemplateId ?? "");
  }

  /** Creates the group and, unless it is told not to, waits until it has what it wants. */
  async create(input: Partial<Input<"autoscaling", "CreateAutoScalingGroup">> = {}): Promise<void> {
    await this.cloud.call("autoscaling", "CreateAutoScalingGroup", {
      AutoScalingGroupName: NAME,
      LaunchTemplate: { LaunchTemplateId: this.template, Version: "1" },
      MinSize: 0,
      MaxSize: 6,
      DesiredCapacity: 3,
      VPCZoneIdentifier: SUBNETS.join(","),
      ...input,
    });
    await this.clock.advance(MINUTE);
  }

  /** The zones of the subnets, in their order. */
  get zoneNames(): readonly [string, string, string] {
    const { region } = this.cloud.context;
    return [`${region}a`, `${region}b`, `${region}c`];
  }

  /** Undefined once the group is gone. */
  async find() {
    const { AutoScalingGroups } = await this.cloud.call("autoscaling", "DescribeAutoScalingGroups", {
      AutoScalingGroupNames: [NAME],
    });
    return AutoScalingGroups[0];
  }

  async group() {
    const group = await this.find();
    if (group === undefined) throw new Error("the group is gone");
    return { ...group, Instances: group.Instances ?? [] };
  }

  async states(): Promise<string[]> {
    const { Instances } = await this.group();
    return Instances.map(({ LifecycleState }) => LifecycleState).sort();
  }

  async ids(): Promise<string[]> {
    const { Instances } = await this.group();
    return Instances.map(({ InstanceId }) => InstanceId).sort();
  }

  /** The group's instances by zone, the fullest first. */
  async zones(): Promise<number[]> {
    const { Instances } = await this.group();
    const byZone = Map.groupBy(Instances, ({ AvailabilityZone }) => AvailabilityZone);
    return [...byZone.values()].map(({ length }) => length).sort((a, b) => b - a);
  }

  /** Instances that EC2 counts as pending or running. */
  async live(): Promise<number> {
    const { Reservations = [] } = await this.cloud.call("ec2", "DescribeInstances", {
      Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }],
    });
    return Reservations.flatMap(({ Instances = [] }) => Instances).length;
  }

  async activities() {
    const { Activities } = await this.cloud.call("autoscaling", "DescribeScalingActivities", {
      AutoScalingGroupName: NAME,
    });
    return Activities;
  }

  async setDesired(DesiredCapacity: number): Promise<void> {
    await this.cloud.call("autoscaling", "SetDesiredCapacity", {
      AutoScalingGroupName: NAME,
      DesiredCapacity,
    });
  }
}

/** "ValidationError: …" */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}
