import { request } from "node:http";

export interface RawRequest {
  readonly service: string;
  readonly method?: string;
  /** With the query string. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** What a client signs with; the signature of a key that the cloud did not give out is not checked. */
export function authorizationFor(service: string): string {
  return (
    `AWS4-HMAC-SHA256 Credential=AKIAFUZZ/20260101/us-east-1/${service}/aws4_request, ` +
    "SignedHeaders=host, Signature=0"
  );
}

/** Sends bytes as they are, past what an SDK would refuse to send. Rejects when the connection breaks. */
export function sendRaw(endpoint: string, raw: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(endpoint);
  const body = Buffer.from(raw.body ?? "");
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        path: raw.path ?? "/",
        method: raw.method ?? "POST",
        headers: {
          authorization: authorizationFor(raw.service),
          "content-length": String(body.length),
          ...raw.headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          // Refused before its body was read: what is not sent yet would stay in memory with the connection.
          if (!outgoing.writableFinished) outgoing.destroy();
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The head of an operation in AWS JSON. */
export function jsonHeaders(target: string, version: "1.0" | "1.1" = "1.0"): Record<string, string> {
  return { "content-type": `application/x-amz-json-${version}`, "x-amz-target": target };
}

export const formHeaders = { "content-type": "application/x-www-form-urlencoded" };
