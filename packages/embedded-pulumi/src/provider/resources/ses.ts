import * as v from "valibot";
import type { Input } from "embedded-aws";
import type { CreateContext } from "../resourceType";
import { resource, tagList, tags, textOf } from "../schemas";

type EventType = NonNullable<
  NonNullable<
    Input<"ses", "CreateConfigurationSetEventDestination">["EventDestination"]
  >["MatchingEventTypes"]
>[number];

function identityArn(context: CreateContext, identity: string): string {
  return `arn:aws:ses:${context.region}:${context.accountId}:identity/${identity}`;
}

const identityV2 = resource({
  type: "aws:sesv2/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ emailIdentity: v.string(), configurationSetName: v.optional(v.string()), tags }),
  async create(inputs, context) {
    const created = await context.call("ses", "CreateEmailIdentity", {
      EmailIdentity: inputs.emailIdentity,
      ConfigurationSetName: inputs.configurationSetName,
      Tags: Object.keys(inputs.tags).length === 0 ? undefined : tagList(inputs.tags),
    });
    return {
      id: inputs.emailIdentity,
      outputs: {
        arn: identityArn(context, inputs.emailIdentity),
        identityType: created.IdentityType,
        verifiedForSendingStatus: created.VerifiedForSendingStatus,
      },
    };
  },
});

const identityV1 = resource({
  type: "aws:ses/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ email: v.string() }),
  async create(inputs, context) {
    await context.call("ses", "CreateEmailIdentity", { EmailIdentity: inputs.email });
    return { id: inputs.email, outputs: { arn: identityArn(context, inputs.email) } };
  },
});

const configurationSet = resource({
  type: "aws:sesv2/configurationSet:ConfigurationSet",
  inputs: v.strictObject({ configurationSetName: v.string(), tags }),
  async create({ configurationSetName, tags: own }, context) {
    await context.call("ses", "CreateConfigurationSet", {
      ConfigurationSetName: configurationSetName,
      Tags: Object.keys(own).length === 0 ? undefined : tagList(own),
    });
    const arn = `arn:aws:ses:${context.region}:${context.accountId}:configuration-set/${configurationSetName}`;
    return { id: configurationSetName, outputs: { arn } };
  },
});

const eventDestination = resource({
  type: "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
  inputs: v.strictObject({
    configurationSetName: v.string(),
    eventDestinationName: v.string(),
    eventDestination: v.strictObject({
      enabled: v.optional(v.boolean(), false),
      matchingEventTypes: v.array(textOf<EventType>()),
      eventBridgeDestination: v.strictObject({ eventBusArn: v.string() }),
    }),
  }),
  async create({ configurationSetName, eventDestinationName, eventDestination: given }, context) {
    await context.call("ses", "CreateConfigurationSetEventDestination", {
      ConfigurationSetName: configurationSetName,
      EventDestinationName: eventDestinationName,
      EventDestination: {
        Enabled: given.enabled,
        MatchingEventTypes: given.matchingEventTypes,
        EventBridgeDestination: { EventBusArn: given.eventBridgeDestination.eventBusArn },
      },
    });
    return { id: `${configurationSetName}|${eventDestinationName}`, outputs: {} };
  },
});

export const ses = [identityV2, identityV1, configurationSet, eventDestination];
