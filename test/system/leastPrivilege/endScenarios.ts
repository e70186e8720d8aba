import { RunInstancesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { parseConfiguration } from "../../../handlers/scaling/configuration";
import type { Deployment } from "./deployment";
import { findFunction, telemetryScenarios, type Subject } from "./scenario";
import { emptyFleet } from "./scalerScenarios";

/** From here on the function has no time to wait for instances to end: it tells what is left. */
const NO_TIME_SECONDS = 16;

/** The role of the function that ends a fleet with its stack. */
export async function endSubject(
  deployment: Deployment,
  ec2: EC2Client,
  FunctionName: string,
  scalerFunctionName: string,
): Promise<Subject> {
  const { cloud, clock } = deployment;
  const { roleName, invoke } = await findFunction(deployment, FunctionName);
  const { variables } = await findFunction(deployment, scalerFunctionName);
  const settings = parseConfiguration(variables.SCALER);
  const { launchTemplateId, securityGroupIds } = settings;
  await cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName, Timeout: NO_TIME_SECONDS });
  const lifecycle = (action: string) => ({ launchTemplateId, securityGroupIds, tf: { action } });
  const empty = async () => {
    await emptyFleet(ec2, settings);
    await clock.advance(60_000);
  };
  const reopen = () => invoke(lifecycle("create"));

  return {
    roleName,
    scenarios: [
      {
        title: "an empty fleet ends, and may launch again after it is made anew",
        needs: ["dynamodb:GetItem", "dynamodb:PutItem", "ec2:DescribeInstances"],
        async run() {
          await empty();
          await invoke(lifecycle("delete"));
          await reopen();
        },
      },
      {
        title: "an instance is ended with its fleet",
        needs: ["ec2:TerminateInstances", "ec2:DescribeInstanceStatus"],
        async run() {
          await empty();
          const LaunchTemplate = { LaunchTemplateId: launchTemplateId };
          await ec2.send(new RunInstancesCommand({ LaunchTemplate, MinCount: 1, MaxCount: 1 }));
          // Only of those that run is the status asked for.
          await clock.advance(30_000);
          const error: unknown = await invoke(lifecycle("delete")).catch((reason: unknown) => reason);
          await reopen();
          if (!String(error).includes("the fleet has not ended in time")) throw error;
        },
      },
      ...telemetryScenarios(deployment, FunctionName, reopen),
    ],
    async recover() {
      await reopen();
    },
  };
}
