import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { currentState, instancesOf } from "../ec2/instanceLife";
import { operationsOf } from "../../wire/operation";
import { groupAccess } from "./access";
import { targetKey } from "./targetGroup";
import type { TargetGroups } from "./targetGroups";

const onTargets = {
  supports: ["TargetGroupArn", "Targets.Id", "Targets.Port"],
  rules: { Targets: { length: [1, 200] }, "Targets.Port": { range: [1, 65_535] } },
} as const;

export function targetOperations(context: CloudContext, groups: TargetGroups) {
  const operation = operationsOf("elasticloadbalancing", context);
  const on = (action: string) => (input: { readonly TargetGroupArn: string }) => [
    groupAccess(groups, action, input.TargetGroupArn),
  ];

  return {
    ...operation("RegisterTargets", onTargets, on("RegisterTargets"), ({ TargetGroupArn, Targets }) => {
      const group = groups.get(TargetGroupArn);
      for (const { Id } of Targets) demandInstance(context, Id);
      for (const { Id, Port } of Targets) groups.register(group, Id, Port);
      return {};
    }),

    ...operation("DeregisterTargets", onTargets, on("DeregisterTargets"), ({ TargetGroupArn, Targets }) => {
      const group = groups.get(TargetGroupArn);
      for (const { Id, Port } of Targets) {
        // Without a port, an instance goes with all of its ports.
        const ports =
          Port === undefined
            ? groups.targets(group).flatMap((target) => (target.id === Id ? target.port : []))
            : [Port];
        for (const port of ports) groups.deregister(group, Id, port);
      }
      return {};
    }),

    ...operation(
      "DescribeTargetHealth",
      { supports: onTargets.supports, rules: { Targets: { length: [0, 200] } } },
      () => [{ action: "elasticloadbalancing:DescribeTargetHealth", resource: "*" }],
      ({ TargetGroupArn, Targets = [] }) => {
        const group = groups.get(TargetGroupArn);
        const known = groups.targets(group);
        const asked = Targets.map(({ Id, Port = group.port }) => ({ id: Id, port: Port }));
        return {
          TargetHealthDescriptions: (asked.length > 0 ? asked : known).map(({ id, port }) => {
            const target = group.targets.get(targetKey(id, port));
            const { state, reason, description } =
              target === undefined
                ? ({
                    state: "unused",
                    reason: "Target.NotRegistered",
                    description: "Target is not registered to the target group",
                  } as const)
                : groups.health(group, target);
            return {
              Target: { Id: id, Port: port },
              HealthCheckPort:
                group.healthCheck.port === "traffic-port" ? String(port) : group.healthCheck.port,
              TargetHealth: { State: state, Reason: reason, Description: description },
            };
          }),
        };
      },
    ),
  };
}

/** @throws AwsError for what is no instance of the account, or has come to its end. */
function demandInstance(context: CloudContext, id: string): void {
  const instance = instancesOf(context).byId(id);
  if (instance === undefined)
    throw new AwsError("InvalidTargetException", `The following targets are not valid instances: '${id}'`);
  const state = currentState(instance);
  if (state !== "running" && state !== "pending")
    throw new AwsError(
      "InvalidTargetException",
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
}
