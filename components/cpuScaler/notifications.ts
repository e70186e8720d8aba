import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CpuScalerArgs } from "./arguments";
import { policyDocument, transformed } from "../parts/resources";

/** As `handlers/scaling/scalerAction.ts` sends them; a test holds the two together. */
const ACTION_SOURCE = "event-driven-aws.scaler";

/**
 * Where each action is told to a person: a topic encrypted with AWS's key, which takes no message without TLS. Whoever
 * publishes needs a policy of its own that says so: this account's, and only the scaler's function has one.
 */
export function createNotifications(
  name: string,
  fleet: string,
  email: pulumi.Input<string>,
  { tags, transform = {} }: Pick<CpuScalerArgs, "tags" | "transform">,
  child: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const topic = new aws.sns.Topic(
    name,
    ...transformed(
      transform.notifications,
      { displayName: `Actions of ${fleet}`, kmsMasterKeyId: "alias/aws/sns", ...(tags && { tags }) },
      child,
    ),
  );
  new aws.sns.TopicPolicy(
    `${name}-policy`,
    {
      arn: topic.arn,
      policy: policyDocument([
        {
          Sid: "RefuseRequestsWithoutTls",
          Effect: "Deny",
          Principal: "*",
          Action: "sns:Publish",
          Resource: topic.arn,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    },
    child,
  );
  new aws.sns.TopicSubscription(
    `${name}-email`,
    { topic: topic.arn, protocol: "email", endpoint: email },
    child,
  );
  return topic;
}

/** What telling takes: events of the scaler's own source on that one bus, and messages to that one topic. */
export function tellingStatements(
  launchTemplateArn: pulumi.Input<string>,
  eventBusName: pulumi.Input<string>,
  topic: aws.sns.Topic | undefined,
): pulumi.Input<aws.iam.PolicyStatement>[] {
  const busArn = pulumi.all([launchTemplateArn, eventBusName]).apply(([template, bus]) => {
    const [, partition = "", , region = "", account = ""] = template.split(":");
    return `arn:${partition}:events:${region}:${account}:event-bus/${bus}`;
  });
  return [
    {
      Sid: "TellTheBus",
      Effect: "Allow",
      Action: "events:PutEvents",
      Resource: busArn,
      Condition: { StringEquals: { "events:source": ACTION_SOURCE } },
    },
    ...(topic === undefined
      ? []
      : [{ Sid: "TellTheTopic", Effect: "Allow" as const, Action: "sns:Publish", Resource: topic.arn }]),
  ];
}
