import type { PolicyResource } from "../../../policy/rule";

/** Inputs that refer to other resources of the same test, by name. */
type References = Readonly<Record<string, readonly string[]>>;

/** A resource as a rule sees it; its URN follows from type and name, and references are by type and name too. */
export function resource(
  type: string,
  name: string,
  props: Readonly<Record<string, unknown>> = {},
  references: References = {},
): PolicyResource {
  return { urn: urnOf(type, name), type, name, props, propertyDependencies: references };
}

export function urnOf(type: string, name: string, stack = "dev"): string {
  return `urn:pulumi:${stack}::event-driven-aws::${type}::${name}`;
}

export const QUEUE = "aws:sqs/queue:Queue";
export const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
export const TABLE = "aws:dynamodb/table:Table";
export const FUNCTION = "aws:lambda/function:Function";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
export const PERMISSION = "aws:lambda/permission:Permission";
export const ROLE = "aws:iam/role:Role";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const SCALING_GROUP = "aws:autoscaling/group:Group";
export const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget";
export const KEY = "aws:kms/key:Key";
export const TOPIC = "aws:sns/topic:Topic";
export const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";

/** A policy document of these statements, as JSON text. */
export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A role's policy that allows `Action` on `Resource`. */
export function allowing(
  Action: string | readonly string[],
  Resource: string | readonly string[],
): PolicyResource {
  return resource(ROLE_POLICY, "policy", { policy: policy({ Effect: "Allow", Action, Resource }) });
}

export function denyWithoutTls(Action: string): object {
  return {
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
