import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import { instancesOf } from "../ec2/instanceLife";
import type { Input } from "../../wire/operation";
import { type Group, type Member, serving, templateOf, type TemplateReference } from "./group";
import type { Groups } from "./groups";

type RunInput = Input<"ec2", "RunInstances">;

/** After EC2 has refused, a group waits so long. */
const RETRY_MS = 30_000;
const THROTTLED_RETRY_MS = 3_000;

/** The template of a group, by its number. */
export interface ResolvedTemplate {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** The members of a request that a template's own network interface needs to get its subnet. */
  network(subnetId: string): Pick<RunInput, "NetworkInterfaces" | "SubnetId">;
}

/** Reads a launch template, "$Default" and "$Latest" as numbers. Rejects with EC2's errors. */
export async function resolveTemplate(
  context: CloudContext,
  reference: TemplateReference,
  caller: Principal,
): Promise<ResolvedTemplate> {
  const { LaunchTemplateVersions = [] } = await context.call(
    "ec2",
    "DescribeLaunchTemplateVersions",
    {
      LaunchTemplateId: reference.LaunchTemplateId,
      LaunchTemplateName: reference.LaunchTemplateName,
      Versions: [reference.Version ?? "$Default"],
    },
    caller,
  );
  const [version] = LaunchTemplateVersions;
  const [networkInterface] = version?.LaunchTemplateData?.NetworkInterfaces ?? [];
  return {
    id: version?.LaunchTemplateId ?? "",
    name: version?.LaunchTemplateName ?? "",
    version: String(version?.VersionNumber),
    network(subnetId) {
      if (networkInterface === undefined) return { SubnetId: subnetId };
      const { DeviceIndex, Groups, AssociatePublicIpAddress, DeleteOnTermination } = networkInterface;
      return {
        NetworkInterfaces: [
          {
            DeviceIndex,
            SubnetId: subnetId,
            Groups: Groups && [...Groups],
            AssociatePublicIpAddress,
            DeleteOnTermination,
          },
        ],
      };
    },
  };
}

/** What one call of RunInstances asks for. */
interface Order {
  readonly subnet: Group["subnets"][number];
  readonly spot: boolean;
  readonly count: number;
}

/** Launches instances for groups, as the role that Auto Scaling has in every account. */
export class Launcher {
  readonly #caller: Principal;

  constructor(
    private readonly context: CloudContext,
    private readonly groups: Groups,
  ) {
    this.#caller = { kind: "administrator", accountId: context.accountId };
  }

  /** Launches up to `count`, spread over the zones; what a zone has no room for is asked of the others. */
  async launch(group: Group, count: number, cause: string, extra = false): Promise<void> {
    const reference = templateOf(group);
    if (reference === undefined) return;
    let template: ResolvedTemplate;
    try {
      template = await resolveTemplate(this.context, reference, this.#caller);
    } catch (error) {
      this.#refused(group, cause, error);
      return;
    }
    const full = new Set<string>();
    let left = count;
    while (left > 0 && !group.deleting) {
      const [order] = ordersFor(group, left, full);
      if (order === undefined) break;
      try {
        left -= await this.#run(group, template, order, cause, extra);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        if (error.code === "RequestLimitExceeded") {
          group.retryAt = this.context.clock.now() + THROTTLED_RETRY_MS;
          return;
        }
        this.#refused(group, cause, error);
        if (error.code !== "InsufficientInstanceCapacity") return;
        // To balance the zones, only the emptiest is of use.
        if (extra || group.distribution === "balanced-only") return;
        full.add(order.subnet.id);
      }
    }
  }

  async #run(
    group: Group,
    template: ResolvedTemplate,
    { subnet, spot, count }: Order,
    cause: string,
    extra: boolean,
  ): Promise<number> {
    const tags = [...group.tags].filter(([, { propagate }]) => propagate);
    const [first] = group.mixed?.LaunchTemplate?.Overrides ?? [];
    const ClientToken = this.context.random.uuid();
    const instances = instancesOf(this.context);
    instances.mark(ClientToken, { tags: { "aws:autoscaling:groupName": group.name }, spot });
    const launched = this.context.call(
      "ec2",
      "RunInstances",
      {
        ClientToken,
        LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
        ...template.network(subnet.id),
        ...(first?.InstanceType === undefined
          ? {}
          : { InstanceType: first.InstanceType as NonNullable<RunInput["InstanceType"]> }),
        MinCount: 1,
        MaxCount: count,
        ...(tags.length === 0
          ? {}
          : {
              TagSpecifications: [
                {
                  ResourceType: "instance" as const,
                  Tags: tags.map(([Key, { value }]) => ({ Key, Value: value })),
                },
              ],
            }),
      },
      this.#caller,
    );
    const { Instances = [] } = await launched.finally(() => instances.unmark(ClientToken));
    let size = serving(group).length;
    for (const { InstanceId = "", ImageId = "", InstanceType = "" } of Instances) {
      const from = size++;
      const member: Member = {
        id: InstanceId,
        subnetId: subnet.id,
        zone: subnet.zone,
        instanceType: InstanceType,
        imageId: ImageId,
        template: { id: template.id, name: template.name, version: template.version },
        spot,
        launchedAt: this.context.clock.now(),
        state: "Pending",
        health: "Healthy",
        isProtected: group.protectNew,
        extra,
        activity: this.groups.activity(
          group,
          `Launching a new EC2 instance: ${InstanceId}`,
          `an instance was started ${cause}, increasing the capacity from ${from} to ${size}.`,
          detailsOf(subnet),
        ),
        ended: false,
      };
      group.members.set(InstanceId, member);
    }
    return Math.max(1, Instances.length);
  }

  /** An activity that says what EC2 refused, and why. */
  #refused(group: Group, cause: string, error: unknown): void {
    if (!(error instanceof AwsError)) throw error;
    const reason = `${error.message} Launching EC2 instance failed.`;
    const activity = this.groups.activity(
      group,
      `Launching a new EC2 instance.  Status Reason: ${reason}`,
      `an instance was started ${cause}.`,
      {},
    );
    this.groups.end(activity, "Failed", reason);
    group.retryAt = this.context.clock.now() + RETRY_MS;
  }
}

export function detailsOf({ id, zone }: { readonly id: string; readonly zone: string }) {
  return { "Subnet ID": id, "Availability Zone": zone };
}

/**
 * What to ask for next, that which keeps zones in balance first: so many as bring the emptiest zone up to its share.
 *
 * @param full subnets that have no room.
 */
function ordersFor(group: Group, count: number, full: ReadonlySet<string>): Order[] {
  const members = serving(group);
  const there = (subnetId: string) => members.filter((member) => member.subnetId === subnetId).length;
  const open = group.subnets.filter(({ id }) => !full.has(id)).toSorted((a, b) => there(a.id) - there(b.id));
  const wanted = new Map(open.map((subnet) => [subnet.id, 0]));
  for (let placed = 0; placed < count && open.length > 0; placed++) {
    const [next] = open.toSorted(
      (a, b) => there(a.id) + (wanted.get(a.id) ?? 0) - there(b.id) - (wanted.get(b.id) ?? 0),
    );
    if (next !== undefined) wanted.set(next.id, (wanted.get(next.id) ?? 0) + 1);
  }
  return open.flatMap((subnet) => {
    const here = wanted.get(subnet.id) ?? 0;
    if (here === 0) return [];
    const onDemand = Math.min(here, onDemandMissing(group, members, count));
    return [{ subnet, spot: onDemand === 0, count: onDemand === 0 ? here : onDemand }];
  });
}

/** How many of the next `count` are to be On-Demand: Amazon EC2 Auto Scaling API reference, InstancesDistribution. */
function onDemandMissing({ mixed }: Group, members: readonly Member[], count: number): number {
  if (mixed === undefined) return count;
  const { OnDemandBaseCapacity: base = 0, OnDemandPercentageAboveBaseCapacity: percent = 100 } =
    mixed.InstancesDistribution ?? {};
  const size = members.length + count;
  const wanted = Math.min(size, base) + Math.ceil((Math.max(0, size - base) * percent) / 100);
  return Math.max(0, wanted - members.filter(({ spot }) => !spot).length);
}
