import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { GroupConfiguration, ScalerConfiguration } from "../../handlers/scaling/configuration";
import { sentOf, type SentNames } from "../parts/argumentTable";
import { cpuScalerArguments, type CheckedCpuScalerArgs, type CpuScalerArgs } from "./arguments";
import { FLEET_TAG_KEY, fleetTags } from "./fleet";
import { createGroup } from "./group";
import { createLaunchJournal } from "./launchJournal";
import { groupStatements, scalerStatements } from "./permissions";

type Inputs<Configuration> = {
  readonly [Key in keyof Configuration]: pulumi.Input<Readonly<Configuration[Key]>>;
};
/** `Pick` refuses an argument that is sent and that the function does not take. */
type Sent = Pick<Inputs<ScalerConfiguration>, SentNames<typeof cpuScalerArguments>>;
type Surroundings = Pick<Inputs<ScalerConfiguration>, "alarmArn" | "tickRuleArn" | "notificationTopicArn">;

/** What a fleet's decisions are carried out by, and what the function needs for it. */
export interface Executor {
  readonly handler: "scaleFleet" | "scaleGroup";
  readonly description: string;
  readonly statements: readonly pulumi.Input<aws.iam.PolicyStatement>[];
  readonly configuration: pulumi.Input<object>;
  /** Only where the function launches instances itself. */
  readonly journal?: aws.dynamodb.Table;
  /** Only where a group does. */
  readonly group?: aws.autoscaling.Group;
}

export interface ExecutorParts {
  readonly fleet: string;
  readonly checked: CheckedCpuScalerArgs;
  readonly args: CpuScalerArgs;
  readonly launchTemplate: aws.ec2.LaunchTemplate;
  /** What may wake the function, and whom it tells. */
  readonly surroundings: Surroundings;
}

export function createExecutor(
  name: string,
  parts: ExecutorParts,
  child: pulumi.CustomResourceOptions,
): Executor {
  return parts.checked.capacity === "instances"
    ? instancesExecutor(name, parts, child)
    : groupExecutor(name, parts, child);
}

function instancesExecutor(
  name: string,
  { fleet, checked, args, launchTemplate, surroundings }: ExecutorParts,
  child: pulumi.CustomResourceOptions,
): Executor {
  const { amiId, amiSsmParameter, subnetIds, securityGroupIds, encryptionKeyArn } = checked;
  const journal = createLaunchJournal(`${name}-journal`, { ...args, encryptionKeyArn }, child);
  const configuration: Inputs<ScalerConfiguration> = {
    ...(sentOf(cpuScalerArguments, checked) satisfies Sent),
    fleetTagKey: FLEET_TAG_KEY,
    fleet,
    launchTemplateId: launchTemplate.id,
    // Its number, not `$Default`: a launch that is asked for again must ask for the same.
    launchTemplateVersion: launchTemplate.latestVersion.apply(String),
    tags: pulumi.output({ ...args.tags, ...fleetTags(fleet) }),
    journalTableName: journal.name,
    ...surroundings,
    ...imageOf(checked),
  };
  return {
    handler: "scaleFleet",
    description: `Launches and terminates the instances of fleet ${fleet} as its CPU demands`,
    statements: [
      ...scalerStatements({
        fleetTag: { key: FLEET_TAG_KEY, value: fleet },
        launchTemplateArn: launchTemplate.arn,
        instanceType: checked.instanceType,
        image: amiId === undefined ? { parameter: amiSsmParameter ?? "" } : { id: amiId },
        subnetIds,
        securityGroupIds,
        instanceRoleArn: checked.instanceProfile?.roleArn,
        volumeKmsKeyArn: checked.volumeKmsKeyArn,
      }),
      { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: journal.arn },
    ],
    configuration,
    journal,
  };
}

function groupExecutor(
  name: string,
  { fleet, checked, args, launchTemplate, surroundings }: ExecutorParts,
  child: pulumi.CustomResourceOptions,
): Executor {
  const group = createGroup(`${name}-group`, { fleet, checked, args, launchTemplate }, child);
  // Where and how instances are launched is the group's alone.
  const {
    subnetIds: _subnets,
    securityGroupIds: _groups,
    publicIp: _publicIp,
    ...sent
  } = sentOf(cpuScalerArguments, checked) satisfies Sent;
  const configuration: Inputs<GroupConfiguration> = {
    ...sent,
    fleetTagKey: FLEET_TAG_KEY,
    fleet,
    autoScalingGroupName: group.name,
    ...surroundings,
    ...imageOf(checked),
  };
  return {
    handler: "scaleGroup",
    description: `Sizes the Auto Scaling group of fleet ${fleet} as its CPU demands`,
    statements: groupStatements(group.arn),
    configuration,
    group,
  };
}

function imageOf({ amiId, amiSsmParameter }: CheckedCpuScalerArgs) {
  return {
    ...(amiId !== undefined && { imageId: amiId }),
    ...(amiSsmParameter !== undefined && { imageParameter: amiSsmParameter }),
  };
}
