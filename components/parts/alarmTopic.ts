import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption";
import { policyDocument, stackPrefix, type Transform, transformed } from "./resources";

export interface AlarmTopicArgs {
  /** Who is told; SNS asks the address to confirm. Without it, nobody is until somebody subscribes. */
  readonly email?: pulumi.Input<string> | undefined;
  /** A key whose policy lets CloudWatch's alarms use it; by default a key of the topic's own. */
  readonly encryptionKeyArn?: EncryptionKey;
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  readonly transform?: AlarmTopicTransforms | undefined;
}

export interface AlarmTopicTransforms {
  readonly key?: Transform<aws.kms.KeyArgs>;
  readonly keyAlias?: Transform<aws.kms.AliasArgs>;
  readonly topic?: Transform<aws.sns.TopicArgs>;
  readonly topicPolicy?: Transform<aws.sns.TopicPolicyArgs>;
  readonly subscription?: Transform<aws.sns.TopicSubscriptionArgs>;
}

/** The longest that KMS can wait, so that a key deleted by mistake can be had back. */
const KEY_DELETION_WINDOW_DAYS = 30;

/**
 * Where alarms are sent: an encrypted topic to which only CloudWatch's alarms of this account can publish, and
 * only with TLS.
 *
 * Unless it is given one, it has a key of its own because the key that AWS manages for SNS does not admit CloudWatch, and nobody can
 * change its policy: alarms would fail to act, and nobody would be told. The key costs a dollar a month.
 */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;
  /** Its own; undefined where it is given one. */
  readonly key: aws.kms.Key | undefined;
  /** The topic's ARN, known once its policy and its key let alarms publish. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("event-driven-aws:parts:AlarmTopic", name, {}, opts);
    const { transform = {} } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };
    const account = aws.getCallerIdentityOutput({}, { parent: this }).accountId;
    const region = aws.getRegionOutput({}, { parent: this }).region;
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const ourAlarms = {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: {
        "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${account}:alarm:*`,
      },
    };

    this.key =
      args.encryptionKeyArn === undefined
        ? createKey(name, { account, partition, ourAlarms, tags: args.tags, transform }, child)
        : undefined;
    this.topic = new aws.sns.Topic(
      name,
      ...transformed(
        transform.topic,
        {
          displayName: `Alarms of ${stackPrefix()}`,
          kmsMasterKeyId: args.encryptionKeyArn ?? this.key?.arn ?? "",
          ...tags,
        },
        child,
      ),
    );
    const policy = new aws.sns.TopicPolicy(
      `${name}-policy`,
      ...transformed(
        transform.topicPolicy,
        {
          arn: this.topic.arn,
          policy: policyDocument([
            {
              Sid: "LetAlarmsPublish",
              Effect: "Allow",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: "sns:Publish",
              Resource: this.topic.arn,
              Condition: ourAlarms,
            },
            {
              Sid: "RefuseRequestsWithoutTls",
              Effect: "Deny",
              Principal: "*",
              Action: "sns:Publish",
              Resource: this.topic.arn,
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ]),
        },
        child,
      ),
    );
    if (args.email !== undefined) {
      new aws.sns.TopicSubscription(
        `${name}-email`,
        ...transformed(
          transform.subscription,
          { topic: this.topic.arn, protocol: "email", endpoint: args.email },
          child,
        ),
      );
    }
    this.arn = pulumi.all([this.topic.arn, policy.id]).apply(([arn]) => arn);
    this.registerOutputs({ topicArn: this.topic.arn });
  }
}

interface KeyParts {
  readonly account: pulumi.Output<string>;
  readonly partition: pulumi.Output<string>;
  readonly ourAlarms: NonNullable<aws.iam.PolicyStatement["Condition"]>;
  readonly tags: AlarmTopicArgs["tags"];
  readonly transform: AlarmTopicTransforms;
}

function createKey(
  name: string,
  { account, partition, ourAlarms, tags, transform }: KeyParts,
  child: pulumi.CustomResourceOptions,
): aws.kms.Key {
  const key = new aws.kms.Key(
    `${name}-key`,
    ...transformed(
      transform.key,
      {
        description: `Encrypts the alarms of ${stackPrefix()}`,
        enableKeyRotation: true,
        deletionWindowInDays: KEY_DELETION_WINDOW_DAYS,
        policy: policyDocument([
          {
            // Without it nobody could ever change the key again.
            Sid: "LetTheAccountsPoliciesDecide",
            Effect: "Allow",
            Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${account}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          {
            Sid: "LetAlarmsPublish",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: ourAlarms,
          },
        ]),
        ...(tags && { tags }),
      },
      child,
    ),
  );
  new aws.kms.Alias(
    `${name}-key-alias`,
    ...transformed(
      transform.keyAlias,
      { name: `alias/${stackPrefix()}-${name}`, targetKeyId: key.keyId },
      child,
    ),
  );
  return key;
}
