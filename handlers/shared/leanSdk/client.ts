import { defaultProvider } from "../environmentCredentials";

/** What tells one service's client from another's, as AWS's model of it says. */
interface Service {
  readonly serviceId: string;
  readonly signingName: string;
  /** The id of its protocol's shape: "aws.protocols#awsJson1_0". */
  readonly protocol: string;
  /** What its targets' names begin with. */
  readonly serviceTarget?: string;
  /** Whether it has endpoints of the account's own. */
  readonly hasAccountEndpoints?: boolean;
  /** AWS's rules: the SDK's own. */
  readonly endpointProvider: (parameters: never) => object;
}

// Where Stryker changes what runs as this is loaded, nothing notices: the tests load it bundled, as functions do.

/** What `clientConfig` says, and `lean` reads itself. */
const KNOWN_OPTIONS = new Set(["maxAttempts", "requestHandler"]);

/**
 * The class that stands in for a service's client in bundles where `lean` sends every call: its configuration, as the
 * SDK reads it from a function's environment, and none of its layers.
 *
 * @throws from its constructor when an option was given that it would not heed.
 */
export function clientOf(service: Service) {
  const { serviceId, signingName, protocol, serviceTarget, hasAccountEndpoints, endpointProvider } = service;
  return class {
    readonly config = {
      serviceId,
      defaultSigningName: signingName,
      protocol: { getShapeId: () => protocol },
      protocolSettings: { serviceTarget },
      endpointProvider,
      credentials: defaultProvider(),
      region,
      useFipsEndpoint: () => Promise.resolve(isSet("AWS_USE_FIPS_ENDPOINT")),
      useDualstackEndpoint: () => Promise.resolve(isSet("AWS_USE_DUALSTACK_ENDPOINT")),
      serviceConfiguredEndpoint: () => Promise.resolve(configuredEndpoint(serviceId)),
      ...(hasAccountEndpoints === true && { accountIdEndpointMode }),
    };
    /** `lean` asks `tracingOf` for what is added here. */
    readonly middlewareStack = { add: () => undefined };

    constructor(options: object) {
      const unknown = Object.keys(options).find((name) => !KNOWN_OPTIONS.has(name));
      if (unknown !== undefined)
        throw new Error(
          `${serviceId}: got option ${unknown}; in a bundle of lean clients expected ${[...KNOWN_OPTIONS].join(", ")} only`,
        );
    }

    send(): never {
      throw new Error(
        `${serviceId}: expected calls through lean(…), as components/bundling/bundling.ts says of this handler`,
      );
    }
  };
}

/** The class of a command, which `lean` asks for its operation's name and path: [kind, namespace, name, traits]. */
export function commandOf(name: string, http?: readonly [method: string, path: string, status: number]) {
  return class {
    readonly schema = [9, "", name, { http }];
    constructor(readonly input: Readonly<Record<string, unknown>>) {}
  };
}

/** The class of an error that callers tell apart; it has all that AWS's answer says. */
export function errorOf(name: string) {
  return class extends Error {
    constructor({ message, ...members }: { readonly message: string }) {
      super(message);
      Object.assign(this, members, { name });
    }
  };
}

/** What the environment says; nothing where it is empty. What the SDK cannot read, it passes over, too. */
function setting(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

function region(): Promise<string> {
  const given = setting("AWS_REGION");
  return given === undefined ? Promise.reject(new Error("Region is missing")) : Promise.resolve(given);
}

const isSet = (name: string) => process.env[name] === "true";

/** The service's own address before the one for all: AWS SDKs and tools reference guide, "Service-specific endpoints". */
function configuredEndpoint(serviceId: string): string | undefined {
  if (isSet("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) return undefined;
  return setting(`AWS_ENDPOINT_URL_${serviceId.toUpperCase()}`) ?? setting("AWS_ENDPOINT_URL");
}

function accountIdEndpointMode(): Promise<string> {
  const mode = setting("AWS_ACCOUNT_ID_ENDPOINT_MODE");
  return Promise.resolve(mode === "required" || mode === "disabled" ? mode : "preferred");
}
