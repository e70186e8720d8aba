import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { TestCloud } from "../../../src/testing/testCloud";
import { createQueue, createRole, type Queue } from "../lambda/support";

export interface QueueApi {
  readonly apiId: string;
  readonly url: string;
  readonly queue: Queue;
}

interface ApiOptions {
  readonly authorization?: object;
  readonly cors?: object;
  readonly stage?: object;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** An API with `POST /orders` to a queue, as an order API is set up. */
export async function createQueueApi(cloud: TestCloud, options: ApiOptions = {}): Promise<QueueApi> {
  const queue = await createQueue(cloud, "orders");
  const CredentialsArn = await createRole(
    cloud,
    "api-role",
    [{ Action: "sqs:SendMessage", Resource: queue.arn }],
    "apigateway.amazonaws.com",
  );
  const { ApiId = "", ApiEndpoint: url = "" } = await cloud.call("apigateway", "CreateApi", {
    Name: "orders",
    ProtocolType: "HTTP",
    ...(options.cors !== undefined && { CorsConfiguration: options.cors }),
  });
  const { IntegrationId } = await cloud.call("apigateway", "CreateIntegration", {
    ApiId,
    IntegrationType: "AWS_PROXY",
    IntegrationSubtype: "SQS-SendMessage",
    CredentialsArn,
    PayloadFormatVersion: "1.0",
    RequestParameters: {
      QueueUrl: queue.url,
      MessageBody: "$request.body",
      MessageGroupId: "$request.body.orderId",
      ...options.parameters,
    },
    ResponseParameters: { "200": { "overwrite:statuscode": "202" } },
  });
  await cloud.call("apigateway", "CreateRoute", {
    ApiId,
    RouteKey: "POST /orders",
    Target: `integrations/${IntegrationId!}`,
    ...(options.authorization ?? { AuthorizationType: "AWS_IAM" }),
  });
  await cloud.call("apigateway", "CreateStage", {
    ApiId,
    StageName: "$default",
    AutoDeploy: true,
    ...options.stage,
  });
  return { apiId: ApiId, url, queue };
}

/** The bodies of what stands in a queue. */
export async function bodiesIn(cloud: TestCloud, queue: Queue): Promise<string[]> {
  const { Messages = [] } = await cloud.call("sqs", "ReceiveMessage", {
    QueueUrl: queue.url,
    MaxNumberOfMessages: 10,
  });
  return Messages.map(({ Body = "" }) => Body);
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request signed as SDKs and curl sign it; by a stranger's keys, who is the administrator, unless told otherwise. */
export async function signedFetch(
  url: string,
  init: {
    readonly method: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
  keys: Keys = { accessKeyId: "any", secretAccessKey: "any" },
  service = "execute-api",
): Promise<Response> {
  const { hostname, host, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({ credentials: keys, region: "us-east-1", service, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: init.method,
    protocol: "http:",
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, ...init.headers },
    body: init.body,
  });
  const { host: _host, ...sent } = headers;
  return await fetch(url, {
    method: init.method,
    headers: sent,
    ...(init.body !== undefined && { body: init.body }),
  });
}

class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", secret as NodeJS.ArrayBufferView);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as NodeJS.ArrayBufferView);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    // Signing takes a new one each time.
  }
}
