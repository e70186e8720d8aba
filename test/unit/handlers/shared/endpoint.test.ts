import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { endpointOf, type EndpointConfiguration } from "../../../../handlers/shared/endpoint";

interface Settings {
  readonly region?: string;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  readonly accountIdEndpointMode?: "preferred" | "required" | "disabled";
  readonly accountId?: string;
  readonly endpoint?: string;
  readonly ignoreConfiguredEndpointUrls?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

interface Sent {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where the SDK sends a call, and as what it signs it; or the error that it throws before. */
async function bySdk(sending: (requestHandler: object) => Promise<unknown>): Promise<string> {
  let sent: Sent | undefined;
  const requestHandler = {
    handle(request: Sent) {
      sent = request;
      return Promise.reject(new Error("enough"));
    },
  };
  const error: unknown = await sending(requestHandler).catch((error: unknown) => error);
  if (sent === undefined) return (error as Error).message;
  const [, region, service] =
    /\/(?:\d{8})\/([^/]+)\/([^/]+)\/aws4_request/.exec(sent.headers.authorization ?? "") ?? [];
  const port = sent.port === undefined ? "" : `:${sent.port}`;
  return `${sent.protocol}//${sent.hostname}${port} ${String(region)} ${String(service)}`;
}

async function byUs(config: DynamoDBClient["config"] | SESv2Client["config"]): Promise<string> {
  const region = await config.region();
  // The SDK's type leaves out what it adds itself.
  const { defaultSigningName } = config as unknown as { readonly defaultSigningName: string };
  try {
    const endpoint = await endpointOf(config as unknown as EndpointConfiguration, region);
    const { url, signingRegion = region, signingName = defaultSigningName } = endpoint;
    return `${url.protocol}//${url.host} ${signingRegion} ${signingName}`;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("endpointOf", () => {
  let before: NodeJS.ProcessEnv;
  beforeEach(() => {
    before = { ...process.env };
  });
  afterEach(() => {
    process.env = before;
  });

  const settings: readonly Settings[] = [
    {},
    { region: "cn-north-1" },
    { region: "us-gov-west-1" },
    { region: "eusc-de-east-1" },
    { region: "us-iso-east-1" },
    { region: "local" },
    { region: "us-east-1", useFipsEndpoint: true },
    { region: "us-gov-east-1", useFipsEndpoint: true },
    { region: "fips-us-east-1" },
    { useDualstackEndpoint: true },
    { region: "us-west-2", useDualstackEndpoint: true, useFipsEndpoint: true },
    { region: "cn-northwest-1", useDualstackEndpoint: true },
    { accountId: "123456789012" },
    { accountId: "123456789012", accountIdEndpointMode: "disabled" },
    { accountIdEndpointMode: "required" },
    { endpoint: "http://127.0.0.1:4566" },
    { endpoint: "http://127.0.0.1:4566", useFipsEndpoint: true },
    { endpoint: "https://gateway.example/calls" },
    { ignoreConfiguredEndpointUrls: true, environment: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" } },
    { ignoreConfiguredEndpointUrls: false, environment: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" } },
    { environment: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" } },
    { environment: { AWS_ENDPOINT_URL: "" } },
    {
      environment: {
        AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
        AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:4567",
        AWS_ENDPOINT_URL_SESV2: "http://127.0.0.1:4568",
      },
    },
    {
      environment: {
        AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
      },
    },
    { environment: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_USE_FIPS_ENDPOINT: "true" } },
    { environment: { AWS_USE_FIPS_ENDPOINT: "true" } },
    { environment: { AWS_USE_DUALSTACK_ENDPOINT: "true" } },
  ];

  for (const given of settings) {
    it(`sends where the SDK sends: ${JSON.stringify(given)}`, async () => {
      const { environment, accountId, ...more } = given;
      Object.assign(process.env, environment);
      const credentials = {
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: "secret",
        ...(accountId !== undefined && { accountId }),
      };
      const config = { region: "eu-central-1", maxAttempts: 1, credentials, ...more };
      const ses = { ...config, accountIdEndpointMode: undefined as never };
      expect(await byUs(new DynamoDBClient(config).config)).to.equal(
        await bySdk((requestHandler) =>
          new DynamoDBClient({ ...config, requestHandler: requestHandler as never }).send(
            new GetItemCommand({ TableName: "t", Key: { orderId: { S: "o" } } }),
          ),
        ),
      );
      expect(await byUs(new SESv2Client(ses).config)).to.equal(
        await bySdk((requestHandler) =>
          new SESv2Client({ ...ses, requestHandler: requestHandler as never }).send(
            new SendEmailCommand({ Content: {}, Destination: { ToAddresses: ["a@example.com"] } }),
          ),
        ),
      );
    });
  }
});
