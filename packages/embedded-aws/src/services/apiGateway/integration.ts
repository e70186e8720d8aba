import { notSupported } from "../../core/errors";
import { badRequest, type IntegrationSettings } from "./apis";
import { problemOfExpression } from "./selection";

/** From "Quotas for configuring and running an HTTP API" and the reference of CreateIntegration. */
export const integrationRules = {
  IntegrationType: { oneOf: ["AWS", "HTTP", "MOCK", "HTTP_PROXY", "AWS_PROXY"], supported: ["AWS_PROXY"] },
  IntegrationSubtype: { supported: ["SQS-SendMessage"] },
  ConnectionType: { oneOf: ["INTERNET", "VPC_LINK"], supported: ["INTERNET"] },
  PayloadFormatVersion: { oneOf: ["1.0", "2.0"] },
  TimeoutInMillis: { range: [50, 30_000] },
} as const;

/** "Integration subtype reference", SQS-SendMessage 1.0; the others are for what is not supported here. */
const SQS_PARAMETERS = {
  required: ["QueueUrl", "MessageBody"],
  optional: ["DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId"],
  unsupported: ["MessageSystemAttributes", "Region"],
} as const;

/** Headers that a mapping may not change: "Transform API requests and responses for HTTP APIs", reserved headers. */
const RESERVED =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-.*|via)$/i;

/** An integration's settings with its defaults. @throws AwsError BadRequestException for what API Gateway would refuse */
export function checkIntegration(given: IntegrationSettings): IntegrationSettings {
  const settings = {
    ...given,
    ConnectionType: given.ConnectionType ?? "INTERNET",
    TimeoutInMillis: given.TimeoutInMillis ?? 30_000,
    PayloadFormatVersion: given.PayloadFormatVersion ?? "1.0",
  };
  if (settings.IntegrationSubtype === undefined) checkLambda(settings);
  else checkSqs(settings);
  for (const [status, mappings] of Object.entries(settings.ResponseParameters ?? {})) {
    if (!/^[2-5]\d\d$/.test(status))
      throw badRequest(`Invalid status code in response parameters: ${status}`);
    for (const [key, value] of Object.entries(mappings)) checkResponseMapping(key, value);
  }
  return settings;
}

/** The function that an integration invokes: its ARN, alone or in the form that Lambda calls "invoke ARN". */
export function functionArnOf({ IntegrationUri = "" }: IntegrationSettings): string | undefined {
  return /^(?:arn:[^:]+:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/)?(arn:[^:]+:lambda:[^:]+:\d{12}:function:[A-Za-z0-9_:$-]+?)(?:\/invocations)?$/.exec(
    IntegrationUri,
  )?.[1];
}

function checkLambda(settings: IntegrationSettings): void {
  if (functionArnOf(settings) === undefined)
    throw badRequest(
      `Invalid integration URI specified: ${settings.IntegrationUri ?? "none"}; expected a function's ARN`,
    );
  if (settings.PayloadFormatVersion !== "2.0")
    throw notSupported(
      `An integration of a function with payload format ${settings.PayloadFormatVersion ?? "1.0"}`,
    );
  if (settings.CredentialsArn !== undefined) throw notSupported("An integration of a function with a role");
  if (settings.RequestParameters !== undefined)
    throw notSupported("RequestParameters of an integration of a function");
}

function checkSqs({
  IntegrationUri,
  CredentialsArn,
  RequestParameters = {},
  PayloadFormatVersion,
}: IntegrationSettings): void {
  if (IntegrationUri !== undefined) throw badRequest("An integration with a subtype has no integration URI");
  if (CredentialsArn === undefined)
    throw badRequest("Credentials are required for integrations with a subtype");
  if (PayloadFormatVersion !== "1.0")
    throw badRequest("PayloadFormatVersion: expected 1.0 for integrations with a subtype");
  const { required, optional, unsupported } = SQS_PARAMETERS;
  for (const name of required) {
    if (!RequestParameters[name]) throw badRequest(`Parameter: ${name} is required for SQS-SendMessage`);
  }
  for (const [name, value] of Object.entries(RequestParameters)) {
    if (unsupported.some((other) => other === name)) throw notSupported(`The request parameter ${name}`);
    if (![...required, ...optional].some((known) => known === name))
      throw badRequest(`Unsupported parameter for SQS-SendMessage: ${name}`);
    const problem = problemOfExpression(value, "request");
    if (problem !== undefined) throw invalidSource(value, name, problem);
  }
}

function checkResponseMapping(key: string, value: string): void {
  if (key === "overwrite:statuscode") {
    if (!/^(?:[1-5]\d\d|\$)/.test(value)) throw invalidSource(value, key, "expected a status");
  } else {
    const [, header] = /^(?:append|overwrite|remove):header\.([!#$%&'*+.^_`|~\w-]+)$/.exec(key) ?? [];
    if (header === undefined) throw badRequest(`Invalid mapping expression specified: ${key}`);
    if (RESERVED.test(header)) throw badRequest(`Operations on header ${header} are restricted`);
  }
  const problem = problemOfExpression(value, "response");
  if (problem !== undefined) throw invalidSource(value, key, problem);
}

function invalidSource(value: string, destination: string, problem: string) {
  return badRequest(
    `Invalid selection expression specified: Validation Result: warnings : [], errors : [Invalid source: ${value} specified for destination: ${destination}] (${problem})`,
  );
}
