import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { parseConfiguration } from "../../../handlers/scaling/configuration";
import type { ScaleFleetResult } from "../../../handlers/scaling/handleTrigger";
import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Subject } from "./scenario";

/** A scaler's role; `beside` is what its launches need beside what all need, `telling` what it takes to tell of them. */
export async function scalerSubject(
  deployment: Deployment,
  ec2: EC2Client,
  FunctionName: string,
  beside: readonly string[] = [],
  telling: readonly string[] = ["events:PutEvents"],
): Promise<Subject> {
  const { cloud, clock } = deployment;
  const { roleName, variables, invoke } = await findFunction(deployment, FunctionName);
  const { fleet, fleetTagKey, launchTemplateId, tickRuleArn, maxInstances } = parseConfiguration(
    variables.SCALER,
  );
  const tick = () => ({
    source: "aws.events",
    "detail-type": "Scheduled Event",
    time: new Date(clock.now()).toISOString(),
    resources: [tickRuleArn],
  });
  const reconcile = async () => {
    const result = (await invoke(tick())) as ScaleFleetResult;
    if (result.outcome !== "reconciled") throw new Error(result.reason);
    if (result.untold > 0) throw new Error(`${result.untold} actions were not told`);
    return result;
  };
  const expectCount = (what: string, got: number, expected: number) => {
    if (got !== expected) throw new Error(`${what} ${got} instances; expected ${expected}`);
  };
  const empty = () => emptyFleet(ec2, { fleet, fleetTagKey });

  return {
    roleName,
    scenarios: [
      {
        title: "an empty fleet gets one instance in each subnet",
        needs: [
          "ec2:DescribeInstances",
          "cloudwatch:GetMetricData",
          "ec2:RunInstances",
          "ec2:CreateTags",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          ...telling,
          ...beside,
        ],
        async run() {
          await empty();
          expectCount("launched", (await reconcile()).launched.length, maxInstances);
        },
      },
      {
        title: "a fleet above its maximum is made smaller",
        needs: ["ec2:TerminateInstances", "ec2:DescribeInstanceStatus", ...telling],
        async run() {
          await empty();
          const count = { MinCount: maxInstances + 1, MaxCount: maxInstances + 1 };
          await ec2.send(
            new RunInstancesCommand({ LaunchTemplate: { LaunchTemplateId: launchTemplateId }, ...count }),
          );
          // Only of those that run is the status asked for.
          await clock.advance(30_000);
          expectCount("terminated", (await reconcile()).terminated.length, 1);
        },
      },
      {
        title: "an event that stayed throttled for three minutes goes to the failure queue",
        needs: ["sqs:SendMessage"],
        async run(signal) {
          const concurrency = { FunctionName, ReservedConcurrentExecutions: 0 };
          await cloud.call("lambda", "PutFunctionConcurrency", concurrency);
          try {
            const Payload = Buffer.from(JSON.stringify(tick()));
            await cloud.call("lambda", "Invoke", { FunctionName, InvocationType: "Event", Payload });
            const delivered = deployment.next(
              (event) =>
                event.type === "request" &&
                event.operation === "SendMessage" &&
                event.caller.kind === "role" &&
                event.caller.roleName === roleName &&
                event.errorCode === undefined,
              signal,
            );
            await Promise.all([clock.advance(180_000), delivered]);
          } finally {
            await cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName });
          }
        },
      },
      // An event that is not the fleet's is refused, and nothing done.
      ...telemetryScenarios(deployment, FunctionName, () => invoke({})),
    ],
    async recover() {
      await cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName });
    },
  };
}

/** Terminates whatever a fleet has. */
export async function emptyFleet(
  ec2: EC2Client,
  { fleet, fleetTagKey }: { readonly fleet: string; readonly fleetTagKey: string },
): Promise<void> {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: `tag:${fleetTagKey}`, Values: [fleet] },
        { Name: "instance-state-name", Values: ["pending", "running"] },
      ],
    }),
  );
  const InstanceIds = Reservations.flatMap(({ Instances = [] }) =>
    Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
  );
  if (InstanceIds.length > 0) await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
}
