import type { CloudContext, Service } from "./core/service";
import { createDynamoDb } from "./dynamodb/dynamodb";
import { createLambda } from "./lambda/lambda";
import { createEc2 } from "./ec2/ec2";
import { createEvents } from "./events/events";
import { createKms } from "./kms/kms";
import { createLogs } from "./logs/logs";
import { createMonitoring } from "./monitoring/monitoring";
import { createSes } from "./ses/ses";
import { createSns } from "./sns/sns";
import { createSqs } from "./sqs/sqs";
import { createSsm } from "./ssm/ssm";
import { createXray } from "./xray/xray";

export type ServiceFactory = (context: CloudContext) => Service;

/**
 * The services of the embedded cloud beside IAM and STS, which are its own foundation. Stores come before
 * what polls them: the cloud closes services in the opposite order.
 */
export const serviceFactories: readonly ServiceFactory[] = [
  createLogs,
  createSsm,
  createKms,
  createXray,
  createSqs,
  createDynamoDb,
  createLambda,
  createSes,
  createSns,
  createEvents,
  createEc2,
  createMonitoring,
];
