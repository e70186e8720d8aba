import type { Rule } from "../rule";
import { apiGatewayRules } from "./apiGateway";
import { cloudwatchRules } from "./cloudwatch";
import { dynamodbRules } from "./dynamodb";
import { ec2Rules } from "./ec2";
import { iamRules } from "./iam";
import { kmsRules } from "./kms";
import { lambdaRules } from "./lambda";
import { snsRules } from "./sns";
import { sqsRules } from "./sqs";
import { tagRules } from "./tags";

/** Every rule that this project keeps. */
export const rules: readonly Rule[] = [
  ...sqsRules,
  ...dynamodbRules,
  ...lambdaRules,
  ...iamRules,
  ...ec2Rules,
  ...cloudwatchRules,
  ...kmsRules,
  ...snsRules,
  ...apiGatewayRules,
  ...tagRules,
];
