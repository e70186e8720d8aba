import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { SteppedClock } from "../../../src/core/clock";
import { AwsError } from "../../../src/core/errors";
import type { CloudEvent } from "../../../src/core/eventStream";
import { createEc2 } from "../../../src/services/ec2/ec2";
import { createEvents } from "../../../src/services/eventBridge/eventBridge";
import { createSqs } from "../../../src/services/sqs/sqs";
import { createSsm } from "../../../src/services/ssm/ssm";
import { startTestCloud, type TestCloud } from "../../../src/testing/testCloud";

export const IMAGE = "ami-0a12023000000864a";
export const SUBNETS = ["subnet-04c1f7a9b3e8d2560", "subnet-09e2b6d8a1c7f3541"] as const;

/** A cloud with instances, and what its tests ask of it over and over. */
export class Ec2World {
  readonly happened: CloudEvent[] = [];

  private constructor(
    readonly clock: SteppedClock,
    readonly cloud: TestCloud,
    readonly client: EC2Client,
  ) {
    cloud.context.events.subscribe((event) => this.happened.push(event));
  }

  static async start(): Promise<Ec2World> {
    const clock = new SteppedClock();
    const cloud = await startTestCloud({
      clock,
      services: [createSsm, createSqs, createEvents, createEc2],
      // What instances are; when Describe operations know of it is tested in conditions/consistency.test.ts.
      conditions: { instanceLagMs: 0, iamPropagationMs: 0 },
    });
    return new Ec2World(clock, cloud, new EC2Client({ ...cloud.client, maxAttempts: 1 }));
  }

  readonly run = async (more: object = {}) => {
    const { Instances = [] } = await this.cloud.call("ec2", "RunInstances", {
      ImageId: IMAGE,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Fleet", Value: "web" }] }],
      ...more,
    });
    return Instances;
  };

  /** Of each instance that DescribeInstances shows. */
  readonly states = async () => {
    const { Reservations = [] } = await this.cloud.call("ec2", "DescribeInstances", {});
    return Reservations.flatMap(({ Instances = [] }) => Instances).map((instance) => instance.State?.Name);
  };

  async close(): Promise<void> {
    this.client.destroy();
    await this.cloud.close();
  }
}

export async function failure(work: Promise<unknown>): Promise<AwsError> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).to.be.instanceOf(AwsError);
  return error as AwsError;
}
