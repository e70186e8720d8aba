import type { CloudContext } from "../core/service";
import type { Instance } from "../services/ec2/instance";

/** As CloudWatch takes it. */
export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

export function instanceDimension({ id }: Instance): Dimension {
  return { Name: "InstanceId", Value: id };
}

/** What an instance shares with all of the account's that have its image, or its type. */
export function sharedDimensions({ imageId, instanceType }: Pick<Instance, "imageId" | "instanceType">) {
  return [
    { Name: "ImageId", Value: imageId },
    { Name: "InstanceType", Value: instanceType },
  ] as const satisfies readonly Dimension[];
}

/** The tag by which EC2 knows the Auto Scaling group that an instance belongs to. */
const GROUP_TAG = "aws:autoscaling:groupName";

/** The group of an instance that has one, under which EC2 reports with basic monitoring too. */
export function groupDimension({ tags }: Pick<Instance, "tags">): readonly Dimension[] {
  const group = tags.get(GROUP_TAG);
  return group === undefined ? [] : [{ Name: "AutoScalingGroupName", Value: group }];
}

/** Reports a datapoint of CPUUtilization as EC2, under each dimension by itself. */
export async function reportCpu(
  context: CloudContext,
  { arn }: Pick<Instance, "arn">,
  dimensions: readonly Dimension[],
  at: number,
  cpu: number,
): Promise<void> {
  const datum = {
    MetricName: "CPUUtilization",
    Timestamp: new Date(at),
    Value: cpu,
    Unit: "Percent" as const,
  };
  await context.call(
    "monitoring",
    "PutMetricData",
    {
      Namespace: "AWS/EC2",
      MetricData: dimensions.map((dimension) => ({ ...datum, Dimensions: [dimension] })),
    },
    { kind: "service", service: "ec2.amazonaws.com", sourceArn: arn },
  );
}
