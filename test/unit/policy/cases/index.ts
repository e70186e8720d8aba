import { apiGatewayCases } from "./apiGateway";
import { autoscalingCases } from "./autoscaling";
import { cloudwatchCases } from "./cloudwatch";
import { dynamodbCases } from "./dynamodb";
import { ec2Cases } from "./ec2";
import { iamCases } from "./iam";
import { kmsCases } from "./kms";
import { lambdaCases } from "./lambda";
import { snsCases } from "./sns";
import { sqsCases } from "./sqs";
import { tagCases } from "./tags";
import type { RuleCases } from "./ruleCases";

/** For each rule, stacks that pass and stacks that fail; a test demands both of every rule. */
export const cases: Readonly<Record<string, RuleCases>> = {
  ...sqsCases,
  ...dynamodbCases,
  ...lambdaCases,
  ...iamCases,
  ...ec2Cases,
  ...autoscalingCases,
  ...cloudwatchCases,
  ...kmsCases,
  ...snsCases,
  ...apiGatewayCases,
  ...tagCases,
};
