import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { type CloudContext, operation, type Operation } from "../../core/service";
import { ClientTokens } from "./clientTokens";
import type { Ec2Controls } from "./controls";
import { dryRun, insufficientCapacity, invalidParameter } from "./errors";
import { Flag, integer } from "./inputs";
import { currentState, type Instance, instanceElement } from "./instance";
import { type Instances, isLive } from "./instances";
import { launchAccesses } from "./launchAccess";
import { type LaunchPlan, planLaunch } from "./launchPlan";
import { specificationEntries, tagsOf } from "./launchSpecification";
import type { LaunchTemplates } from "./launchTemplates";
import type { Network, Subnet } from "./network";
import type { SecurityGroups } from "./securityGroups";

const RunInstancesInput = v.strictObject({
  ...specificationEntries,
  SubnetId: v.optional(v.string()),
  LaunchTemplate: v.optional(
    v.strictObject({
      LaunchTemplateId: v.optional(v.string()),
      LaunchTemplateName: v.optional(v.string()),
      Version: v.optional(v.string()),
    }),
  ),
});
export type RunInstancesInput = v.InferOutput<typeof RunInstancesInput>;

const Request = v.strictObject({
  ...RunInstancesInput.entries,
  MinCount: integer(1, 1000),
  MaxCount: integer(1, 1000),
  /** ASCII, at most 64 characters. */
  ClientToken: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/))),
  DryRun: v.optional(Flag, false),
});

export interface RunParts {
  readonly context: CloudContext;
  readonly instances: Instances;
  readonly templates: LaunchTemplates;
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly controls: Ec2Controls;
}

/** RunInstances: launches as many as there is room for, from MinCount to MaxCount, all in one zone. */
export function runInstances(parts: RunParts): Operation {
  const { context, instances, templates, network, groups, controls } = parts;
  const tokens = new ClientTokens(context);

  return operation(
    context,
    Request,
    // Which resources a launch touches is known only once its template is read: checked below.
    () => [],
    async (
      { MinCount: minimum, MaxCount: maximum, ClientToken: token, DryRun: isDryRun, ...input },
      call,
    ) => {
      if (minimum > maximum) {
        throw invalidParameter(
          `Value (${minimum}) for parameter minCount is invalid; expected at most maxCount, ${maximum}`,
        );
      }
      const plan = await planLaunch(input, context, templates, network, groups, call);
      for (const subnet of plan.subnets) {
        context.authorize(call.caller, launchAccesses(plan, subnet, context, network));
      }
      if (isDryRun) throw dryRun();

      const zone = plan.zonal ? plan.subnets[0]?.zone : undefined;
      const request = JSON.stringify({ minimum, maximum, ...input });
      const known = token === undefined ? undefined : tokens.find(token, zone, request);
      if (known !== undefined)
        return reservation(
          parts,
          known.flatMap((id) => instances.byId(id) ?? []),
        );

      const { subnet, count } = place(plan, minimum, maximum, instances.liveCount(), controls);
      controls.capacity.take(subnet.zone, count);
      const launched = create(parts, plan, subnet, count, token);
      if (token !== undefined)
        tokens.remember(
          token,
          zone,
          request,
          launched.map((instance) => instance.id),
        );
      launched.forEach((instance) => instances.launch(instance));
      return reservation(parts, launched);
    },
  );
}

/** The zone and the number; throws EC2's error when not even the minimum fits. */
function place(
  plan: LaunchPlan,
  minimum: number,
  maximum: number,
  live: number,
  { capacity }: Ec2Controls,
): { readonly subnet: Subnet; readonly count: number } {
  if (live + minimum > capacity.instanceLimit) {
    throw new AwsError(
      "InstanceLimitExceeded",
      `You have requested more instances (${live + minimum}) than your current instance limit of ${capacity.instanceLimit} allows for the specified instance type.`,
    );
  }
  const wanted = Math.min(maximum, capacity.instanceLimit - live);
  for (const subnet of plan.subnets) {
    const count = Math.min(wanted, capacity.freeIn(subnet.zone));
    if (count >= minimum) return { subnet, count };
  }
  throw insufficientCapacity(plan.instanceType, plan.subnets.map((subnet) => subnet.zone).join(", "));
}

function create(
  { context, network }: RunParts,
  plan: LaunchPlan,
  subnet: Subnet,
  count: number,
  clientToken: string | undefined,
): Instance[] {
  const { random, clock, region, accountId } = context;
  const { specification } = plan;
  const reservationId = `r-0${random.hex(16)}`;
  const devices = (specification.BlockDeviceMapping ?? []).map((device) => ({
    deviceName: device.DeviceName,
    kept: device.Ebs.DeleteOnTermination === false,
  }));
  const isPublic = specification.NetworkInterface?.[0]?.AssociatePublicIpAddress ?? true;
  const address = () => Math.floor(random.next() * 250) + 4;
  return Array.from({ length: count }, (_, launchIndex) => {
    const id = `i-0${random.hex(16)}`;
    return {
      id,
      reservationId,
      arn: `arn:aws:ec2:${region}:${accountId}:instance/${id}`,
      imageId: plan.imageId,
      instanceType: plan.instanceType,
      subnet,
      securityGroupIds: plan.securityGroups.map((group) => group.id),
      specification,
      clientToken,
      launchIndex,
      launchedAt: clock.now(),
      privateIp: `${network.cidr.split(".").slice(0, 2).join(".")}.${subnet.thirdByte + (address() % 16)}.${address()}`,
      publicIp: isPublic ? `203.0.113.${address()}` : undefined,
      volumes: (devices.length > 0 ? devices : [{ deviceName: "/dev/xvda", kept: false }]).map((device) => ({
        ...device,
        volumeId: `vol-0${random.hex(16)}`,
      })),
      networkInterfaceId: `eni-0${random.hex(16)}`,
      instanceProfileArn: plan.profile?.arn,
      tags: new Map(tagsOf(specification, "instance")),
      states: [],
    };
  });
}

function reservation({ context, network, groups }: RunParts, launched: readonly Instance[]): object {
  if (launched.every((instance) => !isLive(currentState(instance)) && instance.states.length > 0)) {
    throw new AwsError(
      "IdempotentInstanceTerminated",
      "The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.",
    );
  }
  return {
    reservationId: launched[0]?.reservationId,
    ownerId: context.accountId,
    groupSet: [],
    instancesSet: launched.map((instance) =>
      instanceElement(instance, currentState(instance), network, groups, context.accountId),
    ),
  };
}
