import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { TokenBucket } from "../../core/tokenBucket";
import { currentState } from "./instance";
import { type Instances, isLive } from "./instances";
import { type InstanceType, instanceTypeOf } from "./instanceTypes";

/** EC2 developer guide, "Request throttling for the Amazon EC2 API": tokens of calls, and of the instances launched. */
const CALLS = { capacity: 5, perSecond: 2 };
const LAUNCHES = { capacity: 1000, perSecond: 2 };

/** Families whose vCPUs one quota counts together; other families have quotas of their own at AWS, and none here. */
const STANDARD_FAMILY = /^[acdhimrtz]\d/;

/** What the account may launch, as its conditions say. */
export class LaunchQuotas {
  readonly #calls = new TokenBucket(CALLS.capacity, CALLS.perSecond);
  readonly #launches = new TokenBucket(LAUNCHES.capacity, LAUNCHES.perSecond);

  constructor(
    private readonly context: Pick<CloudContext, "clock" | "conditions">,
    private readonly instances: Pick<Instances, "all">,
  ) {}

  /** Counts one call of RunInstances. @throws AwsError `RequestLimitExceeded` */
  takeCall(): void {
    this.#take(this.#calls, 1);
  }

  /** Counts launched instances. @throws AwsError `RequestLimitExceeded` */
  takeLaunches(count: number): void {
    this.#take(this.#launches, count);
  }

  /** How many instances of a type the vCPU quota leaves room for. @throws AwsError unless that is `minimum`. */
  roomFor(instanceType: InstanceType, minimum: number): number {
    const { ec2Vcpus } = this.context.conditions;
    if (!STANDARD_FAMILY.test(instanceType.name)) return Infinity;
    const live = this.instances
      .all()
      .filter((one) => STANDARD_FAMILY.test(one.instanceType) && isLive(currentState(one)))
      .reduce((sum, one) => sum + instanceTypeOf(one.instanceType).vCpus, 0);
    const room = Math.floor((ec2Vcpus - live) / instanceType.vCpus);
    if (room >= minimum) return room;
    throw new AwsError(
      "VcpuLimitExceeded",
      `You have requested more vCPU capacity than your current vCPU limit of ${ec2Vcpus} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
    );
  }

  #take(bucket: TokenBucket, tokens: number): void {
    const { clock, conditions } = this.context;
    if (!conditions.runInstancesRate || bucket.take(clock.now(), tokens)) return;
    throw new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
  }
}
