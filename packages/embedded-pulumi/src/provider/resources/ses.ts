import * as v from "valibot";
import type { Input } from "embedded-aws";
import type { CreateContext } from "../resourceType";
import { retag } from "../retag";
import { resource, tagList, tags, textOf } from "../schemas";

type EventType = NonNullable<
  NonNullable<
    Input<"ses", "CreateConfigurationSetEventDestination">["EventDestination"]
  >["MatchingEventTypes"]
>[number];

function identityArn(context: CreateContext, identity: string): string {
  return `arn:aws:ses:${context.region}:${context.accountId}:identity/${identity}`;
}

function createIdentity(
  {
    emailIdentity,
    configurationSetName,
    tags,
  }: {
    readonly emailIdentity: string;
    readonly configurationSetName?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
  context: CreateContext,
) {
  return context.call("ses", "CreateEmailIdentity", {
    EmailIdentity: emailIdentity,
    ConfigurationSetName: configurationSetName,
    Tags: Object.keys(tags).length === 0 ? undefined : tagList(tags),
  });
}

async function deleteIdentity(EmailIdentity: string, context: CreateContext): Promise<void> {
  await context.call("ses", "DeleteEmailIdentity", { EmailIdentity });
}

function setArn(context: CreateContext, set: string): string {
  return `arn:aws:ses:${context.region}:${context.accountId}:configuration-set/${set}`;
}

function retagSes(change: Parameters<typeof retag>[0], ResourceArn: string, context: CreateContext) {
  return retag(
    change,
    (own) => context.call("ses", "TagResource", { ResourceArn, Tags: tagList(own) }),
    (TagKeys) => context.call("ses", "UntagResource", { ResourceArn, TagKeys }),
  );
}

const identityV2 = resource({
  type: "aws:sesv2/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ emailIdentity: v.string(), configurationSetName: v.optional(v.string()), tags }),
  async create(inputs, context) {
    const created = await createIdentity(inputs, context);
    return {
      id: inputs.emailIdentity,
      outputs: {
        arn: identityArn(context, inputs.emailIdentity),
        identityType: created.IdentityType,
        verifiedForSendingStatus: created.VerifiedForSendingStatus,
      },
    };
  },
  async update(change, context) {
    const { id, inputs, changed } = change;
    if (changed.has("configurationSetName"))
      await context.call("ses", "PutEmailIdentityConfigurationSetAttributes", {
        EmailIdentity: id,
        ConfigurationSetName: inputs.configurationSetName,
      });
    await retagSes(change, identityArn(context, id), context);
    return undefined;
  },
  delete: (_inputs, id, context) => deleteIdentity(id, context),
});

const identityV1 = resource({
  type: "aws:ses/emailIdentity:EmailIdentity",
  inputs: v.strictObject({ email: v.string() }),
  async create(inputs, context) {
    await context.call("ses", "CreateEmailIdentity", { EmailIdentity: inputs.email });
    return { id: inputs.email, outputs: { arn: identityArn(context, inputs.email) } };
  },
  delete: (_inputs, id, context) => deleteIdentity(id, context),
});

const configurationSet = resource({
  type: "aws:sesv2/configurationSet:ConfigurationSet",
  inputs: v.strictObject({ configurationSetName: v.string(), tags }),
  async create({ configurationSetName, tags: own }, context) {
    await context.call("ses", "CreateConfigurationSet", {
      ConfigurationSetName: configurationSetName,
      Tags: Object.keys(own).length === 0 ? undefined : tagList(own),
    });
    return { id: configurationSetName, outputs: { arn: setArn(context, configurationSetName) } };
  },
  async update(change, context) {
    await retagSes(change, setArn(context, change.id), context);
    return undefined;
  },
  async delete(_inputs, id, context) {
    await context.call("ses", "DeleteConfigurationSet", { ConfigurationSetName: id });
  },
});

const eventDestinationInputs = v.strictObject({
  configurationSetName: v.string(),
  eventDestinationName: v.string(),
  eventDestination: v.strictObject({
    enabled: v.optional(v.boolean(), false),
    matchingEventTypes: v.array(textOf<EventType>()),
    eventBridgeDestination: v.strictObject({ eventBusArn: v.string() }),
  }),
});

function destinationOf(inputs: v.InferOutput<typeof eventDestinationInputs>) {
  const { eventDestination: given } = inputs;
  return {
    ConfigurationSetName: inputs.configurationSetName,
    EventDestinationName: inputs.eventDestinationName,
    EventDestination: {
      Enabled: given.enabled,
      MatchingEventTypes: given.matchingEventTypes,
      EventBridgeDestination: { EventBusArn: given.eventBridgeDestination.eventBusArn },
    },
  };
}

const eventDestination = resource({
  type: "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
  inputs: eventDestinationInputs,
  async create(inputs, context) {
    await context.call("ses", "CreateConfigurationSetEventDestination", destinationOf(inputs));
    return { id: `${inputs.configurationSetName}|${inputs.eventDestinationName}`, outputs: {} };
  },
  async update({ inputs }, context) {
    await context.call("ses", "UpdateConfigurationSetEventDestination", destinationOf(inputs));
    return undefined;
  },
  async delete({ configurationSetName, eventDestinationName }, _id, context) {
    await context.call("ses", "DeleteConfigurationSetEventDestination", {
      ConfigurationSetName: configurationSetName,
      EventDestinationName: eventDestinationName,
    });
  },
});

export const ses = [identityV2, identityV1, configurationSet, eventDestination];
