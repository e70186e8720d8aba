import type { Credentials } from "./signature";

/** What tells an SDK client's endpoint, as the SDK has read and completed it. */
export interface EndpointConfiguration {
  useFipsEndpoint(): Promise<boolean>;
  useDualstackEndpoint(): Promise<boolean>;
  /** Only where one was given in code. */
  readonly endpoint?: () => Promise<{ protocol: string; hostname: string; port?: number; path: string }>;
  readonly ignoreConfiguredEndpointUrls?: boolean;
  /** What the environment says: AWS_ENDPOINT_URL and its like. */
  serviceConfiguredEndpoint(): Promise<string | undefined>;
  /** DynamoDB's alone: whether endpoints of the account's own are to be used. */
  readonly accountIdEndpointMode?: () => Promise<string>;
  readonly credentials: () => Promise<Pick<Credentials, "accountId">>;
  endpointProvider(parameters: Readonly<Record<string, string | boolean | undefined>>): Resolved;
}

interface Resolved {
  readonly url: URL;
  readonly properties?: {
    readonly authSchemes?: readonly { readonly signingRegion?: string; readonly signingName?: string }[];
  };
}

export interface Endpoint {
  readonly url: URL;
  /** As what requests to it are signed, where that is not the client's. */
  readonly signingRegion?: string | undefined;
  readonly signingName?: string | undefined;
}

/**
 * Where a client's calls go, by AWS's own rules: partitions, FIPS and dual-stack settings, addresses from the environment.
 *
 * @throws what the rules say of settings that exclude each other, as FIPS and an address of one's own.
 */
export async function endpointOf(config: EndpointConfiguration, Region: string): Promise<Endpoint> {
  const { accountId: AccountId } = await config.credentials();
  const AccountIdEndpointMode = await config.accountIdEndpointMode?.();
  const Endpoint = await givenEndpoint(config);
  const { url, properties } = config.endpointProvider({
    Region,
    UseFIPS: await config.useFipsEndpoint(),
    UseDualStack: await config.useDualstackEndpoint(),
    Endpoint,
    AccountId,
    AccountIdEndpointMode,
  });
  return { url, ...properties?.authSchemes?.[0] };
}

async function givenEndpoint(config: EndpointConfiguration): Promise<string | undefined> {
  const given = await config.endpoint?.();
  if (given !== undefined) {
    const port = given.port === undefined ? "" : `:${given.port}`;
    return `${given.protocol}//${given.hostname}${port}${given.path}`;
  }
  return config.ignoreConfiguredEndpointUrls === true ? undefined : await config.serviceConfiguredEndpoint();
}
