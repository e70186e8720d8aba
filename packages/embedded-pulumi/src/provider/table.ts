import { apigatewayv2 } from "./resources/apigatewayv2/apigatewayv2";
import { autoscaling } from "./resources/autoscaling/autoscaling";
import { cloudwatch } from "./resources/cloudwatch";
import { dynamodb } from "./resources/dynamodb";
import { ec2 } from "./resources/ec2/ec2";
import { events } from "./resources/events";
import { iam } from "./resources/iam";
import { kms } from "./resources/kms";
import { lambda } from "./resources/lambda/lambda";
import { lb } from "./resources/lb";
import { logs } from "./resources/logs";
import { ses } from "./resources/ses";
import { sns } from "./resources/sns";
import { sqs } from "./resources/sqs";
import { ssm } from "./resources/ssm";
import type { ResourceType } from "./resourceType";

/** Every resource type that the embedded cloud can create, by its Pulumi type. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  [
    ...sqs,
    ...dynamodb,
    ...iam,
    ...lambda,
    ...logs,
    ...cloudwatch,
    ...events,
    ...ec2,
    ...lb,
    ...autoscaling,
    ...sns,
    ...ses,
    ...ssm,
    ...kms,
    ...apigatewayv2,
  ].map((type) => [type.type, type]),
);
