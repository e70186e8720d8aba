import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CheckedCpuScalerArgs, CpuScalerArgs } from "./arguments";
import { FLEET_TAG_KEY } from "./fleet";
import { endingStatements } from "./permissions";
import { LambdaFunction } from "../parts/lambdaFunction";
import { transformed } from "../parts/resources";

export type EndFleet = typeof import("../../handlers/endFleet");

/** Instances take up to minutes to end, and what was launched last must first be seen. */
const TIMEOUT_SECONDS = 600;

export interface FleetEndParts {
  readonly fleet: string;
  readonly checked: CheckedCpuScalerArgs;
  readonly args: CpuScalerArgs;
  readonly launchTemplate: aws.ec2.LaunchTemplate;
  readonly journal: aws.dynamodb.Table;
  readonly scaleFleet: LambdaFunction<never>;
}

/**
 * What takes the instances down with their stack, for they are the scaler's and not Pulumi's: a function, and the
 * invocation by which Pulumi calls it. It names the template, the security groups and the subnets, so that it is called
 * before they are deleted, and when others replace them.
 */
export function createFleetEnd(name: string, parts: FleetEndParts, parent: pulumi.Resource) {
  const { fleet, checked, args, launchTemplate, journal, scaleFleet } = parts;
  const { transform = {} } = args;
  const endFleet = new LambdaFunction<EndFleet>(
    `${name}-end`,
    {
      handler: "endFleet",
      description: `Ends the instances of fleet ${fleet} with its stack`,
      statements: [
        ...endingStatements({
          fleetTag: { key: FLEET_TAG_KEY, value: fleet },
          launchTemplateArn: launchTemplate.arn,
        }),
        { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: journal.arn },
      ],
      environment: { FLEET: fleet, FLEET_TAG_KEY, JOURNAL_TABLE_NAME: journal.name },
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMegabytes: checked.memoryMegabytes,
      logRetentionDays: checked.logRetentionDays,
      encryptionKeyArn: checked.encryptionKeyArn,
      ...(checked.reservedConcurrency > 0 && { reservedConcurrency: 1 }),
      transform: transform.endFleet,
      ...(args.tags && { tags: args.tags }),
    },
    { parent },
  );
  const invocation = new aws.lambda.Invocation(
    `${name}-fleet-end`,
    ...transformed(
      transform.fleetEnd,
      {
        functionName: endFleet.function.name,
        input: pulumi.jsonStringify({
          launchTemplateId: launchTemplate.id,
          securityGroupIds: checked.securityGroupIds,
          subnetIds: checked.subnetIds,
          warmupSeconds: checked.warmupSeconds,
        }),
        lifecycleScope: "CRUD",
      },
      {
        parent,
        // Ended by the old one after the new one has opened it, a fleet would stay ended.
        deleteBeforeReplace: true,
        // Old instances are ended only once the scaler launches new ones by the new settings.
        dependsOn: [scaleFleet.function],
      },
    ),
  );
  return { endFleet, invocation };
}
