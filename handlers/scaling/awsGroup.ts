import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { clientConfig } from "../shared/retry";
import { traced } from "../shared/tracing";
import { describeInstances } from "./describeInstances";
import type { GroupPort } from "./groupFleet";

/** One Auto Scaling group, and the instances with its fleet's tag. */
export function awsGroup(
  AutoScalingGroupName: string,
  fleetTag: { readonly key: string; readonly value: string },
): GroupPort {
  const autoScaling = traced(new AutoScalingClient({ ...clientConfig, maxAttempts: 3 }));
  const ec2 = traced(new EC2Client({ ...clientConfig, maxAttempts: 3 }));
  return {
    async group() {
      const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
      );
      // Only a group that is being deleted has a status.
      if (group === undefined || group.Status !== undefined) return undefined;
      // Stryker disable next-line ArrayDeclaration: what has no id is no member.
      const { MinSize, MaxSize, DesiredCapacity, Instances = [] } = group;
      if (MinSize === undefined || MaxSize === undefined || DesiredCapacity === undefined)
        throw new Error(`Auto Scaling described a group without its sizes: ${JSON.stringify(group)}`);
      return {
        minSize: MinSize,
        maxSize: MaxSize,
        desired: DesiredCapacity,
        members: Instances.flatMap(({ InstanceId: id, LifecycleState: state, ImageId: imageId = "" }) =>
          id === undefined || state === undefined ? [] : [{ id, state, imageId }],
        ),
      };
    },

    instances: () => describeInstances(ec2, fleetTag),

    async setDesiredCapacity(DesiredCapacity) {
      await autoScaling.send(
        new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity, HonorCooldown: false }),
      );
    },
  };
}
