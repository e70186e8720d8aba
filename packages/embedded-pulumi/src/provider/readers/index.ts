import { apigatewayv2Readers } from "./apigatewayv2";
import { cloudwatchReaders } from "./cloudwatch";
import { dynamodbReaders } from "./dynamodb";
import { eventsReaders } from "./events";
import { fleetReaders } from "./fleets";
import { iamReaders } from "./iam";
import { lambdaReaders } from "./lambda";
import { launchTemplateReaders } from "./launchTemplates";
import { messagingReaders } from "./messaging";
import { networkReaders } from "./network";
import type { Reader } from "./reader";
import { secretReaders } from "./secrets";
import { securityGroupReaders } from "./securityGroups";
import { sqsReaders } from "./sqs";

/** How each resource type is read back, by its Pulumi type: every type of `table.ts` has one. */
export const readers: ReadonlyMap<string, Reader> = new Map(
  [
    sqsReaders,
    dynamodbReaders,
    iamReaders,
    lambdaReaders,
    cloudwatchReaders,
    eventsReaders,
    launchTemplateReaders,
    securityGroupReaders,
    networkReaders,
    fleetReaders,
    messagingReaders,
    secretReaders,
    apigatewayv2Readers,
  ].flatMap((of) => Object.entries(of)),
);
