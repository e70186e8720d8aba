import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { pageOf } from "../../core/paging";
import { type Access, type CloudContext, operation, type Operation } from "../../core/service";
import { dryRun, notFound } from "./errors";
import { applyFilters, type FilterValues } from "./filters";
import { Filters, Flag, Ids, paging } from "./inputs";
import { currentState, type Instance, instanceElement, STATE_CODES, stateElement } from "./instance";
import type { Instances, SeenInstance } from "./instances";
import { resourceTagKeys } from "./launchAccess";
import type { Network } from "./network";
import type { SecurityGroups } from "./securityGroups";

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
): Record<string, Operation> {
  const anywhere = (action: string) => (): Access[] => [{ action, resource: "*" }];
  const find = (ids: readonly string[]): Instance[] => {
    checkIds(ids);
    const unknown = ids.filter((id) => instances.byId(id) === undefined);
    if (unknown.length > 0) throw notFound("InvalidInstanceID.NotFound", "instance ID", unknown);
    return ids.flatMap((id) => instances.byId(id) ?? []);
  };
  /** The instances that a Describe operation is asked for, as it sees them. */
  const select = (ids: readonly string[] | undefined, filters: Filters): SeenInstance[] => {
    const seen = instances.seen();
    if (ids !== undefined) {
      checkIds(ids);
      const unknown = ids.filter((id) => !seen.some(({ instance }) => instance.id === id));
      if (unknown.length > 0) throw notFound("InvalidInstanceID.NotFound", "instance ID", unknown);
    }
    const asked = ids === undefined ? seen : seen.filter(({ instance }) => ids.includes(instance.id));
    return applyFilters(asked, filters, FILTERS, ({ instance }) => instance.tags);
  };

  return {
    DescribeInstances: operation(
      context,
      v.strictObject({ InstanceId: Ids, Filter: Filters, ...paging }),
      anywhere("ec2:DescribeInstances"),
      (input) => {
        const wanted = select(input.InstanceId, input.Filter);
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxResults, "InvalidNextToken");
        const reservations = Map.groupBy(items, ({ instance }) => instance.reservationId);
        return {
          reservationSet: [...reservations].map(([reservationId, members]) => ({
            reservationId,
            ownerId: context.accountId,
            groupSet: [],
            instancesSet: members.map(({ instance, state }) =>
              instanceElement(instance, state, network, groups, context.accountId),
            ),
          })),
          ...(next === undefined ? {} : { nextToken: next }),
        };
      },
    ),

    DescribeInstanceStatus: operation(
      context,
      v.strictObject({
        InstanceId: Ids,
        Filter: Filters,
        IncludeAllInstances: v.optional(Flag, false),
        ...paging,
      }),
      anywhere("ec2:DescribeInstanceStatus"),
      (input) => {
        const wanted = select(input.InstanceId, input.Filter).filter(
          ({ state }) => input.IncludeAllInstances || state === "running",
        );
        const { items, next } = pageOf(wanted, input.NextToken, input.MaxResults, "InvalidNextToken");
        return {
          instanceStatusSet: items.map((seen) => statusElement(seen, context.clock.now())),
          ...(next === undefined ? {} : { nextToken: next }),
        };
      },
    ),

    TerminateInstances: operation(
      context,
      v.strictObject({
        InstanceId: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000)),
        DryRun: v.optional(Flag, false),
      }),
      (input) =>
        find(input.InstanceId).map((instance) => ({
          action: "ec2:TerminateInstances",
          resource: instance.arn,
          context: {
            "ec2:InstanceType": instance.instanceType,
            "ec2:AvailabilityZone": instance.subnet.zone,
            ...resourceTagKeys(instance.tags),
          },
        })),
      (input) => {
        if (input.DryRun) throw dryRun();
        return {
          instancesSet: find(input.InstanceId).map((instance) => {
            const previous = instances.terminate(instance);
            return {
              instanceId: instance.id,
              currentState: stateElement(currentState(instance)),
              previousState: stateElement(previous),
            };
          }),
        };
      },
    ),
  };
}

function checkIds(ids: readonly string[]): void {
  const malformed = ids.find((id) => !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) {
    throw new AwsError("InvalidInstanceID.Malformed", `Invalid id: "${malformed}" (expecting "i-...")`);
  }
}

function statusElement({ instance, state }: SeenInstance, now: number): object {
  const runningSince = instance.states.find((entry) => entry.state === "running")?.at ?? now;
  const status =
    state !== "running" ? "not-applicable" : now - runningSince < STATUS_CHECK_MS ? "initializing" : "ok";
  return {
    instanceId: instance.id,
    availabilityZone: instance.subnet.zone,
    instanceState: stateElement(state),
    instanceStatus: { status, details: [] },
    systemStatus: { status, details: [] },
  };
}
