import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { SQSClient } from "@aws-sdk/client-sqs";

export interface OrderApiTarget {
  /** The stack's output `orderApiUrl`. */
  readonly url: string;
  /** As SDK clients take it; without credentials those that AWS's clients find on this machine. */
  readonly clientConfig: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials?: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
  };
}

export interface OrderApiAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Calls the order API as AWS's tools do, signed by Signature Version 4 with the target's keys.
 *
 * @param path below the API's URL: "/orders"
 */
export async function callOrderApi(
  { url, clientConfig }: OrderApiTarget,
  method: string,
  path: string,
  body?: string,
  signal?: AbortSignal,
): Promise<OrderApiAnswer> {
  const target = new URL(url + path);
  const signer = new SignatureV4({
    credentials: await credentialsOf(clientConfig),
    region: clientConfig.region,
    service: "execute-api",
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method,
    protocol: target.protocol,
    hostname: target.hostname,
    path: target.pathname,
    query: {},
    headers: { host: target.host, ...(body !== undefined && { "content-type": "application/json" }) },
    body,
  });
  const { host: _host, ...sent } = headers;
  const answer = await fetch(target, {
    method,
    headers: sent,
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  });
  return { status: answer.status, body: await answer.text() };
}

/** The SDK's own way to keys: files, variables, single sign-on, roles. */
async function credentialsOf(clientConfig: OrderApiTarget["clientConfig"]) {
  if (clientConfig.credentials !== undefined) return clientConfig.credentials;
  const client = new SQSClient(clientConfig);
  try {
    return await client.config.credentials();
  } finally {
    client.destroy();
  }
}

/** SHA-256 in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error("a hash of its own is made for each use");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
