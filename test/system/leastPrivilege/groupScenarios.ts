import { parseGroupConfiguration } from "../../../handlers/scaling/configuration";
import type { ScaleFleetResult } from "../../../handlers/scaling/handleTrigger";
import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Subject } from "./scenario";
import { throttledScenario } from "./scalerScenarios";

/** The role of a scaler whose fleet a group keeps. */
export async function groupSubject(deployment: Deployment, FunctionName: string): Promise<Subject> {
  const { cloud, clock } = deployment;
  const { roleName, variables, invoke } = await findFunction(deployment, FunctionName);
  const { autoScalingGroupName, tickRuleArn, minInstances, maxInstances } = parseGroupConfiguration(
    variables.SCALER,
  );
  const tick = () => ({
    source: "aws.events",
    "detail-type": "Scheduled Event",
    time: new Date(clock.now()).toISOString(),
    resources: [tickRuleArn],
  });

  return {
    roleName,
    scenarios: [
      {
        title: "a group that is larger than the fleet may be is told its size, and others of it",
        needs: [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:SetDesiredCapacity",
          "ec2:DescribeInstances",
          "cloudwatch:GetMetricData",
          "events:PutEvents",
        ],
        async run() {
          // Instances that are past their warm-up have a metric to be read.
          await clock.advance(180_000);
          await cloud.call("autoscaling", "UpdateAutoScalingGroup", {
            AutoScalingGroupName: autoScalingGroupName,
            MinSize: minInstances,
            MaxSize: maxInstances + 1,
            DesiredCapacity: maxInstances + 1,
          });
          const result = (await invoke(tick())) as ScaleFleetResult;
          if (result.outcome !== "reconciled") throw new Error(result.reason);
          if (result.decision.action !== "resize")
            throw new Error(`the group was not told its size: ${result.summary}`);
          if (result.untold > 0) throw new Error(`${result.untold} actions were not told`);
        },
      },
      throttledScenario(deployment, FunctionName, roleName, tick),
      ...telemetryScenarios(deployment, FunctionName, () => invoke({})),
    ],
    async recover() {
      await cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName });
    },
  };
}
