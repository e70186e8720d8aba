import { AwsError } from "../../core/errors";
import { elsewhere, isOwnArn } from "../../core/ownArn";
import type { CloudContext } from "../../core/service";
import { invalidParameter } from "./errors";
import { settingsOf, type SubscriptionAttributes, type SubscriptionSettings } from "./subscriptionSettings";

/** The rule for a topic's ARN, in whichever member it stands. */
export const topicArnRule = { pattern: /^arn:aws:sns:[^:]+:\d{12}:[^:]+$/ } as const;
export const byTopic = { supports: ["TopicArn"], rules: { TopicArn: topicArnRule } } as const;

export interface Topic {
  readonly name: string;
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
}

/** Those of SNS's that are here. */
export const PROTOCOLS = ["sqs", "lambda", "email"] as const;
export type SubscriptionProtocol = (typeof PROTOCOLS)[number];

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: SubscriptionProtocol;
  readonly endpoint: string;
  /** An e-mail subscription waits for its owner's click, which nobody here can make. */
  readonly confirmed: boolean;
  /** As they were given; `settings` is what they mean. */
  attributes: SubscriptionAttributes;
  settings: SubscriptionSettings;
}

export class Topics {
  readonly #byArn = new Map<string, Topic>();

  constructor(private readonly context: CloudContext) {}

  arnOf(name: string): string {
    return `arn:aws:sns:${this.context.region}:${this.context.accountId}:${name}`;
  }

  list(): readonly Topic[] {
    return [...this.#byArn.values()];
  }

  get(arn: string): Topic {
    const topic = this.#byArn.get(arn);
    if (topic === undefined) {
      throw new AwsError("NotFoundException", `Topic does not exist. There is no ${arn}.`, 404);
    }
    return topic;
  }

  /** The topic as what carries tags: AWS has another error for it. */
  tagged(arn: string): Topic {
    const topic = this.#byArn.get(arn);
    if (topic === undefined) {
      throw new AwsError("ResourceNotFoundException", `Resource does not exist. There is no ${arn}.`, 404);
    }
    return topic;
  }

  /** A topic of that name that is there already is the answer, unless other attributes or tags are asked for. */
  create(name: string, attributes: ReadonlyMap<string, string>, tags: ReadonlyMap<string, string>): Topic {
    const arn = this.arnOf(name);
    const existing = this.#byArn.get(arn);
    if (existing !== undefined) {
      const differs = (given: ReadonlyMap<string, string>, held: ReadonlyMap<string, string>) =>
        [...given].some(([name, value]) => (held.get(name) ?? "") !== value);
      if (differs(attributes, existing.attributes))
        throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
      if (tags.size > 0 && (tags.size !== existing.tags.size || differs(tags, existing.tags)))
        throw invalidParameter("Tags Reason: Topic already exists with different tags");
      return existing;
    }
    const topic: Topic = {
      name,
      arn,
      attributes: new Map(attributes),
      tags: new Map(tags),
      subscriptions: new Map(),
    };
    this.#byArn.set(arn, topic);
    return topic;
  }

  delete(arn: string): void {
    this.#byArn.delete(arn);
  }

  /** What a subscription's attributes mean. @throws AwsError */
  settings(attributes: SubscriptionAttributes): SubscriptionSettings {
    const settings = settingsOf(attributes);
    const { deadLetterArn } = settings;
    if (deadLetterArn !== undefined && !isOwnArn(this.context, deadLetterArn))
      throw elsewhere("The dead-letter queue", deadLetterArn);
    return settings;
  }

  subscribe(
    topic: Topic,
    protocol: SubscriptionProtocol,
    endpoint: string,
    attributes: SubscriptionAttributes,
  ): Subscription {
    const settings = this.settings(attributes);
    const existing = [...topic.subscriptions.values()].find(
      (subscription) => subscription.protocol === protocol && subscription.endpoint === endpoint,
    );
    if (existing !== undefined) {
      const given = Object.entries(attributes);
      if (given.every(([name, value]) => existing.attributes[name] === value)) return existing;
      throw invalidParameter("Attributes Reason: Subscription already exists with different attributes");
    }
    const arn = `${topic.arn}:${this.context.random.uuid()}`;
    const subscription = {
      arn,
      topicArn: topic.arn,
      protocol,
      endpoint,
      confirmed: protocol !== "email",
      attributes,
      settings,
    };
    topic.subscriptions.set(arn, subscription);
    return subscription;
  }

  subscription(arn: string): { readonly topic: Topic; readonly subscription: Subscription } {
    for (const topic of this.#byArn.values()) {
      const subscription = topic.subscriptions.get(arn);
      if (subscription !== undefined) return { topic, subscription };
    }
    throw new AwsError("NotFoundException", `Subscription does not exist. There is no ${arn}.`, 404);
  }
}

/**
 * The policy of a topic: its own, or the one that SNS gives every topic, which admits the account itself and,
 * of AWS's services, CloudWatch's alarms in the same account.
 */
export function policyOf(topic: Topic, accountId: string): string {
  return topic.attributes.get("Policy") ?? defaultPolicy(topic.arn, accountId);
}

function defaultPolicy(topicArn: string, accountId: string): string {
  const actions = [
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
  ];
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [...actions, "Subscribe", "ListSubscriptionsByTopic", "Publish"].map(
          (action) => `SNS:${action}`,
        ),
        Resource: topicArn,
        Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
      },
    ],
  });
}
