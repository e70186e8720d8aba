import { type Lifecycle, tags, TAGS } from "./parts";

const eventDestination = {
  eventBridgeDestination: { eventBusArn: "arn:aws:events:us-east-1:000000000000:event-bus/default" },
};

export const ses: readonly Lifecycle[] = [
  {
    type: "aws:sesv2/emailIdentity:EmailIdentity",
    base: async (make) => {
      await make("aws:sesv2/configurationSet:ConfigurationSet", { configurationSetName: "orders" });
      return { emailIdentity: "shop@example.com", tags };
    },
    changes: { configurationSetName: { configurationSetName: "orders" }, tags: TAGS },
    describe: (call, EmailIdentity) => call("ses", "GetEmailIdentity", { EmailIdentity }),
  },

  {
    type: "aws:sesv2/configurationSet:ConfigurationSet",
    base: () => ({ configurationSetName: "orders", tags }),
    changes: { tags: TAGS },
    describe: (call, ConfigurationSetName) => call("ses", "GetConfigurationSet", { ConfigurationSetName }),
  },

  {
    type: "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
    base: async (make) => {
      await make("aws:sesv2/configurationSet:ConfigurationSet", { configurationSetName: "orders" });
      return {
        configurationSetName: "orders",
        eventDestinationName: "bus",
        eventDestination: { ...eventDestination, matchingEventTypes: ["BOUNCE"] },
      };
    },
    changes: {
      eventDestination: {
        eventDestination: { ...eventDestination, enabled: true, matchingEventTypes: ["COMPLAINT"] },
      },
    },
    describe: async (call) => {
      const { EventDestinations = [] } = await call("ses", "GetConfigurationSetEventDestinations", {
        ConfigurationSetName: "orders",
      });
      return EventDestinations[0];
    },
  },

  {
    type: "aws:ses/emailIdentity:EmailIdentity",
    base: () => ({ email: "shop@example.com" }),
    changes: {},
    describe: (call, EmailIdentity) => call("ses", "GetEmailIdentity", { EmailIdentity }),
  },
];
