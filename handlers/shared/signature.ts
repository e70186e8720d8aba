import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly accountId?: string;
}

export interface Unsigned {
  readonly method: string;
  /** As it is sent: an endpoint's own part may have escapes, which the signature escapes once more. */
  readonly path: string;
  readonly body: string;
  /** Lower-case names; values without spaces at their ends. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Signer {
  readonly region: string;
  readonly credentials: Credentials;
  /** The time that the signature says. */
  readonly date: Date;
}

export type Sign = (request: Unsigned, signer: Signer) => Record<string, string>;

/**
 * Signs requests to one service: Signature Version 4 (IAM user guide, "Create a signed AWS API request"). Returns the
 * headers to send: those of the request and the signature's. The key of a day is derived once.
 *
 * @param service as credential scopes name it: "dynamodb".
 */
export function createSigner(service: string): Sign {
  let key: { readonly of: string; readonly object: KeyObject } | undefined;
  const keyOf = (secret: string, day: string, region: string) => {
    const of = `${day}/${region}/${secret}`;
    // Stryker disable next-line ConditionalExpression: a key that is derived once more is the same.
    if (key?.of !== of) key = { of, object: signingKey(secret, [day, region, service, "aws4_request"]) };
    return key.object;
  };

  return (request, { region, credentials, date }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    // "20260101T000000Z"
    const time = date.toISOString().replace(/[-:]|\.\d{3}/g, "");
    const day = time.slice(0, 8);
    const headers: Record<string, string> = {
      ...request.headers,
      "x-amz-date": time,
      ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
    };
    const names = Object.keys(headers).sort();
    const signed = names.join(";");
    const lines = names.map((name) => `${name}:${headers[name] ?? ""}\n`).join("");
    const canonical = `${request.method}\n${canonicalPath(request.path)}\n\n${lines}\n${signed}\n${sha256(request.body)}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const signature = createHmac("sha256", keyOf(secretAccessKey, day, region))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`)
      .digest("hex");
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  };
}

function canonicalPath(path: string): string {
  return encodeURIComponent(path)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** An object, as Node would make one of plain bytes for each signature anew. */
function signingKey(secret: string, scope: readonly string[]): KeyObject {
  const key = scope.reduce<Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  return createSecretKey(key);
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
