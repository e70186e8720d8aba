import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { type Definite, type Input, operationsOf } from "../../wire/operation";
import { pageOf } from "../../core/paging";

type Tags = NonNullable<Definite<Input<"ses", "CreateConfigurationSet">>["Tags"]>;
type EventType = (typeof EVENT_TYPES)[number];

/** Events of an e-mail that a set can tell of; SES API reference, `EventDestinationDefinition`. */
const EVENT_TYPES = [
  ...(["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "OPEN", "CLICK", "RENDERING_FAILURE"] as const),
  ...(["DELIVERY_DELAY", "SUBSCRIPTION"] as const),
];
/** Those that happen here: there is no mail program that opens a mail, and no server that delays one. */
const HAPPENING = ["BOUNCE", "COMPLAINT"] as const;

export interface EventDestination {
  readonly name: string;
  readonly enabled: boolean;
  readonly eventTypes: readonly EventType[];
  readonly eventBusArn: string;
}

export interface ConfigurationSet {
  readonly name: string;
  tags: Tags;
  readonly destinations: Map<string, EventDestination>;
}

/** What mails can be sent by, and where is told what becomes of them. */
export class ConfigurationSets {
  readonly #byName = new Map<string, ConfigurationSet>();

  constructor(private readonly context: Pick<CloudContext, "region" | "accountId">) {}

  arnOf(name: string): string {
    return `arn:aws:ses:${this.context.region}:${this.context.accountId}:configuration-set/${name}`;
  }

  /** The set of an ARN; undefined for an ARN of anything else. */
  byArn(arn: string): ConfigurationSet | undefined {
    return this.list().find(({ name }) => this.arnOf(name) === arn);
  }

  list(): readonly ConfigurationSet[] {
    return [...this.#byName.values()];
  }

  find(name: string): ConfigurationSet | undefined {
    return this.#byName.get(name);
  }

  get(name: string): ConfigurationSet {
    const found = this.#byName.get(name);
    if (found === undefined)
      throw new AwsError("NotFoundException", `Configuration set <${name}> does not exist.`, 404);
    return found;
  }

  create(name: string, tags: Tags): void {
    if (this.#byName.has(name))
      throw new AwsError("AlreadyExistsException", `Configuration set <${name}> already exists.`);
    this.#byName.set(name, { name, tags, destinations: new Map() });
  }

  delete(name: string): void {
    this.get(name);
    this.#byName.delete(name);
  }
}

const setName = { pattern: /^[A-Za-z0-9_-]{1,64}$/ } as const;
const rules = { ConfigurationSetName: setName, EventDestinationName: setName } as const;

export function configurationSetOperations(context: CloudContext, sets: ConfigurationSets) {
  const operation = operationsOf("ses", context);
  const on = (action: string) => (input: { readonly ConfigurationSetName: string }) => [
    { action: `ses:${action}`, resource: sets.arnOf(input.ConfigurationSetName) },
  ];
  const named = { supports: ["ConfigurationSetName"], rules } as const;
  return {
    ...operation(
      "CreateConfigurationSet",
      { supports: ["ConfigurationSetName", "Tags"], rules },
      on("CreateConfigurationSet"),
      ({ ConfigurationSetName, Tags = [] }) => {
        sets.create(ConfigurationSetName, Tags);
        return {};
      },
    ),
    ...operation("GetConfigurationSet", named, on("GetConfigurationSet"), ({ ConfigurationSetName }) => ({
      ConfigurationSetName,
      Tags: sets.get(ConfigurationSetName).tags,
    })),
    ...operation(
      "DeleteConfigurationSet",
      named,
      on("DeleteConfigurationSet"),
      ({ ConfigurationSetName }) => {
        sets.delete(ConfigurationSetName);
        return {};
      },
    ),
    ...operation(
      "ListConfigurationSets",
      { supports: ["NextToken", "PageSize"], rules: { PageSize: { range: [1, 1000] } } },
      () => [{ action: "ses:ListConfigurationSets", resource: "*" }],
      ({ NextToken, PageSize = 1000 }) => {
        const { items, next } = pageOf(sets.list(), NextToken, PageSize, "InvalidNextTokenException");
        return {
          ConfigurationSets: items.map(({ name }) => name),
          ...(next === undefined ? {} : { NextToken: next }),
        };
      },
    ),
    ...destinationOperations(context, sets),
  };
}

function destinationOperations(context: CloudContext, sets: ConfigurationSets) {
  const operation = operationsOf("ses", context);
  const on = (action: string) => (input: { readonly ConfigurationSetName: string }) => [
    { action: `ses:${action}`, resource: sets.arnOf(input.ConfigurationSetName) },
  ];
  const named = { supports: ["ConfigurationSetName", "EventDestinationName"], rules } as const;
  const defined = {
    supports: [
      ...named.supports,
      ...(["EventDestination.Enabled", "EventDestination.MatchingEventTypes"] as const),
      "EventDestination.EventBridgeDestination",
    ],
    rules: {
      ...rules,
      "EventDestination.MatchingEventTypes": {
        length: [1, EVENT_TYPES.length],
        oneOf: EVENT_TYPES,
        supported: HAPPENING,
      },
    },
  } as const;
  type Definition = Definite<Input<"ses", "CreateConfigurationSetEventDestination">>["EventDestination"];
  const read = (
    name: string,
    { Enabled = false, MatchingEventTypes = [], EventBridgeDestination }: Definition,
  ): EventDestination => {
    const bus = `arn:aws:events:${context.region}:${context.accountId}:event-bus/default`;
    const eventBusArn = EventBridgeDestination?.EventBusArn;
    if (eventBusArn !== bus) {
      throw new AwsError(
        "BadRequestException",
        `EventDestination.EventBridgeDestination.EventBusArn: got ${eventBusArn ?? "nothing"}; expected ${bus}`,
      );
    }
    return { name, enabled: Enabled, eventTypes: MatchingEventTypes, eventBusArn };
  };
  const existing = (set: ConfigurationSet, name: string) => {
    if (set.destinations.has(name)) return;
    throw new AwsError("NotFoundException", `Event destination <${name}> does not exist.`, 404);
  };
  return {
    ...operation(
      "CreateConfigurationSetEventDestination",
      defined,
      on("CreateConfigurationSetEventDestination"),
      ({ ConfigurationSetName, EventDestinationName: name, EventDestination }) => {
        const { destinations } = sets.get(ConfigurationSetName);
        if (destinations.has(name))
          throw new AwsError("AlreadyExistsException", `Event destination <${name}> already exists.`);
        destinations.set(name, read(name, EventDestination));
        return {};
      },
    ),
    ...operation(
      "GetConfigurationSetEventDestinations",
      { supports: ["ConfigurationSetName"], rules },
      on("GetConfigurationSetEventDestinations"),
      ({ ConfigurationSetName }) => ({
        EventDestinations: [...sets.get(ConfigurationSetName).destinations.values()].map((destination) => ({
          Name: destination.name,
          Enabled: destination.enabled,
          MatchingEventTypes: [...destination.eventTypes],
          EventBridgeDestination: { EventBusArn: destination.eventBusArn },
        })),
      }),
    ),
    ...operation(
      "UpdateConfigurationSetEventDestination",
      defined,
      on("UpdateConfigurationSetEventDestination"),
      ({ ConfigurationSetName, EventDestinationName: name, EventDestination }) => {
        const set = sets.get(ConfigurationSetName);
        existing(set, name);
        set.destinations.set(name, read(name, EventDestination));
        return {};
      },
    ),
    ...operation(
      "DeleteConfigurationSetEventDestination",
      named,
      on("DeleteConfigurationSetEventDestination"),
      ({ ConfigurationSetName, EventDestinationName: name }) => {
        const set = sets.get(ConfigurationSetName);
        existing(set, name);
        set.destinations.delete(name);
        return {};
      },
    ),
  };
}
