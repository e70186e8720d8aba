import { apigatewayv2 } from "./apigatewayv2";
import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { ec2 } from "./ec2";
import { events } from "./events";
import { iam } from "./iam";
import { kms } from "./kms";
import { lambda } from "./lambda";
import { network } from "./network";
import { ses } from "./ses";
import { sns } from "./sns";
import { sqs } from "./sqs";
import { ssm } from "./ssm";
import type { Lifecycle } from "./parts";

/** The lives of all resource types that the provider knows. */
export const lifecycles: readonly Lifecycle[] = [
  ...sqs,
  ...dynamodb,
  ...iam,
  ...lambda,
  ...cloudwatch,
  ...events,
  ...ec2,
  ...sns,
  ...ses,
  ...ssm,
  ...kms,
  ...network,
  ...apigatewayv2,
];
