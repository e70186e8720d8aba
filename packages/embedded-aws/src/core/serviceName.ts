/** The name that stands in the credential scope of a signed request. */
export type ServiceName =
  | "sqs"
  | "dynamodb"
  | "lambda"
  | "sts"
  | "iam"
  | "logs"
  | "ses"
  | "ec2"
  | "monitoring"
  | "events"
  | "sns"
  | "ssm"
  | "kms"
  | "xray";
