import type { Access, CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { ec2ControlsOf } from "./controls";
import { invalidCombination, notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { describeRules, type Filters, ids } from "./inputs";
import { STATE_CODES, stateElement } from "./instance";
import { instanceElement } from "./instanceElement";
import { checkInstanceIds, type Instances, type SeenInstance } from "./instances";
import type { Network } from "./network";
import type { SecurityGroups } from "./securityGroups";
import { page } from "./pages";

/** Status checks report "ok" about two minutes after an instance runs. */
const STATUS_CHECK_MS = 120_000;

const FILTERS: FilterValues<SeenInstance> = {
  "availability-zone": ({ instance }) => [instance.subnet.zone],
  "client-token": ({ instance }) => [instance.clientToken ?? ""],
  "image-id": ({ instance }) => [instance.imageId],
  "instance-id": ({ instance }) => [instance.id],
  "instance-state-code": ({ state }) => [String(STATE_CODES[state])],
  "instance-state-name": ({ state }) => [state],
  "instance-type": ({ instance }) => [instance.instanceType],
  "private-ip-address": ({ instance }) => [instance.privateIp],
  "reservation-id": ({ instance }) => [instance.reservationId],
  "subnet-id": ({ instance }) => [instance.subnet.id],
};

export function instanceOperations(
  context: CloudContext,
  instances: Instances,
  network: Network,
  groups: SecurityGroups,
) {
  const operation = operationsOf("ec2", context);
  const { impaired } = ec2ControlsOf(context);
  const anywhere = (action: string) => (): Access[] => [{ action, resource: "*" }];
  /** The instances that a Describe operation is asked for, as it sees them. */
  const select = (
    ids: readonly string[] = [],
    filters: Filters | undefined,
    maxResults: number | undefined,
  ): SeenInstance[] => {
    const seen = instances.seen();
    if (ids.length === 0) return applyFilters(seen, filters, FILTERS, ({ instance }) => instance.tags);
    if (maxResults !== undefined) {
      throw invalidCombination("The parameter instancesSet cannot be used with the parameter maxResults");
    }
    checkInstanceIds(ids);
    const unknown = ids.filter((id) => !seen.some(({ instance }) => instance.id === id));
    if (unknown.length > 0) throw notFound("InvalidInstanceID.NotFound", "instance ID", unknown);
    const asked = seen.filter(({ instance }) => ids.includes(instance.id));
    return applyFilters(asked, filters, FILTERS, ({ instance }) => instance.tags);
  };

  return {
    ...operation(
      "DescribeInstances",
      {
        supports: ["InstanceIds", "Filters", "MaxResults", "NextToken"],
        rules: { InstanceIds: ids, ...describeRules },
      },
      anywhere("ec2:DescribeInstances"),
      ({ InstanceIds, Filters, ...paging }) => {
        const wanted = select(InstanceIds, Filters, paging.MaxResults);
        const { items, NextToken } = page(wanted, paging);
        const reservations = Map.groupBy(items, ({ instance }) => instance.reservationId);
        return {
          Reservations: [...reservations].map(([ReservationId, members]) => ({
            ReservationId,
            OwnerId: context.accountId,
            Groups: [],
            Instances: members.map(({ instance, state }) =>
              instanceElement(instance, state, network, groups, context.accountId),
            ),
          })),
          NextToken,
        };
      },
    ),

    ...operation(
      "DescribeInstanceStatus",
      {
        supports: ["InstanceIds", "Filters", "IncludeAllInstances", "MaxResults", "NextToken"],
        rules: { InstanceIds: ids, ...describeRules },
      },
      anywhere("ec2:DescribeInstanceStatus"),
      ({ InstanceIds, Filters, IncludeAllInstances = false, ...paging }) => {
        const wanted = select(InstanceIds, Filters, paging.MaxResults).filter(
          ({ state }) => IncludeAllInstances || state === "running",
        );
        const { items, NextToken } = page(wanted, paging);
        return {
          InstanceStatuses: items.map((seen) => statusElement(seen, context.clock.now(), impaired)),
          NextToken,
        };
      },
    ),
  };
}

function statusElement({ instance, state }: SeenInstance, now: number, impaired: ReadonlySet<string>) {
  const runningSince = instance.states.find((entry) => entry.state === "running")?.at ?? now;
  const Status =
    state !== "running"
      ? "not-applicable"
      : impaired.has(instance.id)
        ? "impaired"
        : now - runningSince < STATUS_CHECK_MS
          ? "initializing"
          : "ok";
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.subnet.zone,
    InstanceState: stateElement(state),
    InstanceStatus: { Status, Details: [] },
    SystemStatus: { Status, Details: [] },
  } as const;
}
