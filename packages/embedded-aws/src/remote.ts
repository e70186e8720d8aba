import { createRequire } from "node:module";
import { AwsError } from "./core/errors";
import { officialServices, type ServiceName } from "./wire/officialServices";
import type { ServiceCaller } from "./wire/operation";

/** Another process's cloud, as its account's administrator sees it. */
export interface RemoteCloud {
  /** Calls an operation over the network; what goes in and comes out is as `Cloud.call` has it. */
  readonly call: ServiceCaller<[]>;
  /** Closes the connections. */
  close(): void;
}

interface Client {
  send(command: unknown): Promise<Record<string, unknown>>;
  destroy(): void;
}

type Constructors = Readonly<Record<string, new (input: unknown) => unknown>>;

/**
 * Connects to the embedded cloud at `endpoint` ("http://127.0.0.1:4566") with AWS's own clients, which are loaded as
 * they are needed. Whoever calls sees `AwsError` for what the cloud refuses, as in its own process.
 */
export function connectCloud(endpoint: string, region: string): RemoteCloud {
  const clients = new Map<string, Client>();
  const clientOf = (module: string): Client => {
    const known = clients.get(module);
    if (known !== undefined) return known;
    const client = new (constructorOf(module, /^[A-Z].*Client$/))({
      endpoint,
      region,
      // Any key that the cloud has not handed out itself is the administrator's.
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    }) as Client;
    clients.set(module, client);
    return client;
  };
  const call = async (service: ServiceName, operation: string, input: object): Promise<unknown> => {
    const settings = officialServices[service];
    const companion = "companion" in settings ? settings.companion : undefined;
    const module =
      companion?.operations.some((name) => name === operation) === true ? companion.client : settings.client;
    const command = new (constructorOf(module, new RegExp(`^${operation}Command$`)))(input);
    try {
      const { $metadata: _metadata, ...output } = await clientOf(module).send(command);
      return output;
    } catch (error) {
      throw asAwsError(error);
    }
  };
  return {
    call: call as ServiceCaller<[]>,
    close: () => {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

function constructorOf(module: string, name: RegExp): Constructors[string] {
  const loaded = createRequire(__filename)(module) as Constructors;
  const found = Object.entries(loaded).find(([key]) => name.test(key))?.[1];
  if (found === undefined) throw new Error(`${module} has no ${name.source}`);
  return found;
}

/** An answer of the service's, as its own process throws it; anything else (no connection) as it is. */
function asAwsError(error: unknown): unknown {
  if (!(error instanceof Error) || !("$metadata" in error)) return error;
  const { httpStatusCode = 400 } = error.$metadata as { readonly httpStatusCode?: number };
  return new AwsError(error.name, error.message, httpStatusCode);
}
