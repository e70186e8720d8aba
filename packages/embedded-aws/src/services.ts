import type { CloudContext, Service } from "./core/service";
import { createApiGateway } from "./services/apiGateway/apiGateway";
import { createDynamoDb } from "./services/dynamodb/dynamodb";
import { createLambda } from "./services/lambda/lambda";
import { createEc2 } from "./services/ec2/ec2";
import { createEvents } from "./services/eventBridge/eventBridge";
import { createKms } from "./services/kms/kms";
import { createLogs } from "./services/logs/logs";
import { createMonitoring } from "./services/cloudWatch/cloudWatch";
import { createSes } from "./services/ses/ses";
import { createSns } from "./services/sns/sns";
import { createSqs } from "./services/sqs/sqs";
import { createSsm } from "./services/ssm/ssm";
import { createXray } from "./services/xray/xray";

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
  createApiGateway,
];
