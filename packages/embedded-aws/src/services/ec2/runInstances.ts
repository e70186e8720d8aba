import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { ClientTokens, clientTokenRule } from "./clientTokens";
import type { Ec2Controls } from "./controls";
import { dryRun, insufficientCapacity, invalidParameter } from "./errors";
import { currentState, type Instance } from "./instance";
import { instanceElement } from "./instanceElement";
import { type Instances, isLive } from "./instances";
import { launchAccesses } from "./launchAccess";
import { type LaunchFacts, type LaunchPlan, planLaunch } from "./launchPlan";
import { specificationMembers, specificationRules, tagsOf } from "./launchSpecification";
import type { KeyPairs } from "./keyPairs";
import type { LaunchTemplates } from "./launchTemplates";
import { LaunchQuotas } from "./quotas";
import type { Network, Subnet } from "./network";
import { freeAddresses, noFreeAddress, takeAddresses } from "./networkParts";
import type { SecurityGroups } from "./securityGroups";

const support = {
  supports: [
    ...specificationMembers,
    "SubnetId",
    "LaunchTemplate",
    "MinCount",
    "MaxCount",
    "ClientToken",
    "DryRun",
  ],
  rules: {
    ...specificationRules,
    MinCount: { range: [1, 1000] },
    MaxCount: { range: [1, 1000] },
    ...clientTokenRule,
  },
} as const;

export interface RunParts {
  readonly context: CloudContext;
  readonly instances: Instances;
  readonly templates: LaunchTemplates;
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly keyPairs: KeyPairs;
  readonly controls: Ec2Controls;
}

/** RunInstances: launches as many as there is room for, from MinCount to MaxCount, all in one zone. */
export function runInstances(parts: RunParts) {
  const { context, instances, templates, network, groups, keyPairs, controls } = parts;
  const tokens = new ClientTokens<readonly string[]>(context);
  const facts: LaunchFacts = { context, templates, network, groups, keyPairs, images: controls.images };
  const quotas = new LaunchQuotas(context, instances);

  return operationsOf("ec2", context)(
    "RunInstances",
    support,
    // Which resources a launch touches is known only once its template is read: checked below.
    () => [],
    async (
      { MinCount: minimum, MaxCount: maximum, ClientToken: token, DryRun: isDryRun = false, ...input },
      call,
    ) => {
      quotas.takeCall();
      if (minimum > maximum) {
        throw invalidParameter(
          `Value (${minimum}) for parameter minCount is invalid; expected at most maxCount, ${maximum}`,
        );
      }
      const plan = await planLaunch(input, facts, call);
      for (const subnet of plan.subnets) {
        context.authorize(call.caller, launchAccesses(plan, subnet, context));
      }
      if (isDryRun) throw dryRun();

      const zone = plan.zonal ? plan.subnets[0]?.zone : undefined;
      const request = JSON.stringify({ minimum, maximum, ...input });
      const known = tokens.find(token, request, zone);
      if (known !== undefined)
        return reservation(
          parts,
          known.flatMap((id) => instances.byId(id) ?? []),
        );

      const most = Math.min(maximum, quotas.roomFor(plan.instanceType, minimum));
      const { subnet, count } = place(parts, plan, minimum, most);
      quotas.takeLaunches(count);
      controls.capacity.take(subnet.zone, count);
      const launched = create(parts, plan, subnet, count, token);
      const ids = launched.map((instance) => instance.id);
      tokens.remember(token, request, ids, zone);
      context.events.causing(call.requestId, () => {
        for (const instance of launched) instances.launch(instance);
      });
      return reservation(parts, launched);
    },
  );
}

/** The zone and the number; throws EC2's error when not even the minimum fits. */
function place(
  parts: RunParts,
  plan: LaunchPlan,
  minimum: number,
  maximum: number,
): { readonly subnet: Subnet; readonly count: number } {
  const { capacity } = parts.controls;
  const live = parts.instances.liveCount();
  if (live + minimum > capacity.instanceLimit) {
    throw new AwsError(
      "InstanceLimitExceeded",
      `You have requested more instances (${live + minimum}) than your current instance limit of ${capacity.instanceLimit} allows for the specified instance type.`,
    );
  }
  const wanted = Math.min(maximum, capacity.instanceLimit - live);
  for (const subnet of plan.subnets) {
    const count = Math.min(wanted, capacity.freeIn(subnet.zone), freeAddresses(parts, subnet));
    if (count >= minimum) return { subnet, count };
  }
  const full = plan.subnets.find((subnet) => freeAddresses(parts, subnet) < minimum);
  if (full !== undefined) throw noFreeAddress(full.id);
  throw insufficientCapacity(plan.instanceType.name, plan.subnets.map((subnet) => subnet.zone).join(", "));
}

function create(
  parts: RunParts,
  plan: LaunchPlan,
  subnet: Subnet,
  count: number,
  clientToken: string | undefined,
): Instance[] {
  const { random, clock, region, accountId } = parts.context;
  const { specification } = plan;
  const reservationId = `r-0${random.hex(16)}`;
  const devices = (specification.BlockDeviceMappings ?? []).map(({ DeviceName = "", Ebs }) => ({
    deviceName: DeviceName,
    kept: Ebs?.DeleteOnTermination === false,
  }));
  const isPublic = specification.NetworkInterfaces?.[0]?.AssociatePublicIpAddress ?? subnet.mapPublicIp;
  const privateIps = takeAddresses(parts, subnet, count);
  const address = () => Math.floor(random.next() * 250) + 4;
  return Array.from({ length: count }, (_, launchIndex) => {
    const id = `i-0${random.hex(16)}`;
    return {
      id,
      reservationId,
      arn: `arn:aws:ec2:${region}:${accountId}:instance/${id}`,
      imageId: plan.image.id,
      architecture: plan.image.architecture ?? plan.instanceType.architecture,
      metadataOptions: metadataOptions(plan),
      instanceType: plan.instanceType.name,
      subnet,
      securityGroupIds: plan.securityGroups.map((group) => group.id),
      specification,
      clientToken,
      launchIndex,
      launchedAt: clock.now(),
      privateIp: privateIps[launchIndex] ?? "",
      publicIp: isPublic ? `203.0.113.${address()}` : undefined,
      volumes: (devices.length > 0 ? devices : [{ deviceName: "/dev/xvda", kept: false }]).map((device) => ({
        ...device,
        volumeId: `vol-0${random.hex(16)}`,
      })),
      networkInterfaceId: `eni-0${random.hex(16)}`,
      profile: plan.profile,
      isProtected: specification.DisableApiTermination ?? false,
      tags: new Map([...tagsOf(specification, "instance"), ...templateTags(plan)]),
      states: [],
    };
  });
}

/** What the launch says, and what its image does where the launch says nothing. */
function metadataOptions({
  specification: { MetadataOptions: asked },
  image,
}: LaunchPlan): Instance["metadataOptions"] {
  const needsTokens = image.imdsSupport === "v2.0";
  return {
    HttpTokens: asked?.HttpTokens ?? (needsTokens ? "required" : "optional"),
    HttpPutResponseHopLimit: asked?.HttpPutResponseHopLimit ?? (needsTokens ? 2 : 1),
    HttpEndpoint: asked?.HttpEndpoint ?? "enabled",
    HttpProtocolIpv6: asked?.HttpProtocolIpv6 ?? "disabled",
    InstanceMetadataTags: asked?.InstanceMetadataTags ?? "disabled",
  };
}

/** EC2's own tags on what comes of a template: EC2 user guide, "Launch instances using a launch template". */
function templateTags({ template }: LaunchPlan): [key: string, value: string][] {
  if (template === undefined) return [];
  return [
    ["aws:ec2launchtemplate:id", template.template.id],
    ["aws:ec2launchtemplate:version", String(template.version.number)],
  ];
}

function reservation({ context, network, groups }: RunParts, launched: readonly Instance[]) {
  if (launched.every((instance) => !isLive(currentState(instance)) && instance.states.length > 0)) {
    throw new AwsError(
      "IdempotentInstanceTerminated",
      "The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.",
    );
  }
  return {
    ReservationId: launched[0]?.reservationId,
    OwnerId: context.accountId,
    Groups: [],
    Instances: launched.map((instance) =>
      instanceElement(instance, currentState(instance), network, groups, context.accountId),
    ),
  };
}
