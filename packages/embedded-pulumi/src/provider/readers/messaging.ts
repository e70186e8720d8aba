import type { Output } from "embedded-aws";
import { type Reader, type Readers, tagsFrom, whereGiven } from "./reader";

const topic: Reader = async (asked, { call }) => {
  const { Attributes = {} } = await call("sns", "GetTopicAttributes", { TopicArn: asked.id });
  const { Tags } = await call("sns", "ListTagsForResource", { ResourceArn: asked.id });
  return {
    inputs: {
      displayName: Attributes.DisplayName,
      kmsMasterKeyId: Attributes.KmsMasterKeyId,
      // A resource of its own sets it as well.
      ...whereGiven(asked, { policy: Attributes.Policy }),
      signatureVersion: Number(Attributes.SignatureVersion ?? 1),
      tracingConfig: Attributes.TracingConfig ?? "PassThrough",
      tags: tagsFrom(Tags),
    },
    defaults: { signatureVersion: 1, tracingConfig: "PassThrough" },
  };
};

/** Every topic has a policy; without the program's, SNS's own. */
const topicPolicy: Reader = async ({ text }, { call }) => {
  const { Attributes = {} } = await call("sns", "GetTopicAttributes", { TopicArn: text("arn") });
  return { inputs: { policy: Attributes.Policy } };
};

const topicSubscription: Reader = async ({ id }, { call }) => {
  const { Attributes = {} } = await call("sns", "GetSubscriptionAttributes", { SubscriptionArn: id });
  const { FilterPolicy = "{}" } = Attributes;
  const filters = FilterPolicy !== "{}";
  return {
    inputs: {
      rawMessageDelivery: Attributes.RawMessageDelivery === "true",
      filterPolicy: filters ? FilterPolicy : undefined,
      filterPolicyScope: filters ? (Attributes.FilterPolicyScope ?? "MessageAttributes") : undefined,
      redrivePolicy: Attributes.RedrivePolicy,
    },
    defaults: { filterPolicyScope: filters ? "MessageAttributes" : undefined },
  };
};

const identityV2: Reader = async ({ id }, { call }) => {
  const found = await call("ses", "GetEmailIdentity", { EmailIdentity: id });
  return { inputs: { configurationSetName: found.ConfigurationSetName, tags: tagsFrom(found.Tags) } };
};

const identityV1: Reader = async ({ id }, { call }) => {
  await call("ses", "GetEmailIdentity", { EmailIdentity: id });
  return { inputs: {} };
};

const configurationSet: Reader = async ({ id }, { call }) => {
  const { Tags } = await call("ses", "GetConfigurationSet", { ConfigurationSetName: id });
  return { inputs: { tags: tagsFrom(Tags) } };
};

type Destination = NonNullable<
  Output<"ses", "GetConfigurationSetEventDestinations">["EventDestinations"]
>[number];

const eventDestination: Reader = async ({ text }, { call }) => {
  const { EventDestinations = [] } = await call("ses", "GetConfigurationSetEventDestinations", {
    ConfigurationSetName: text("configurationSetName"),
  });
  const found: Destination | undefined = EventDestinations.find(
    ({ Name }) => Name === text("eventDestinationName"),
  );
  return (
    found && {
      inputs: {
        eventDestination: {
          enabled: found.Enabled ?? false,
          matchingEventTypes: found.MatchingEventTypes,
          eventBridgeDestination: { eventBusArn: found.EventBridgeDestination?.EventBusArn },
        },
      },
    }
  );
};

export const messagingReaders: Readers = {
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
  "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
  "aws:sesv2/emailIdentity:EmailIdentity": identityV2,
  "aws:ses/emailIdentity:EmailIdentity": identityV1,
  "aws:sesv2/configurationSet:ConfigurationSet": configurationSet,
  "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination": eventDestination,
};
