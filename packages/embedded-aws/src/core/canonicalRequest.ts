import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** What Signature Version 4 signs of a request. */
export interface SignedRequest {
  readonly method: string;
  /** As they were sent, percent-encoded; the query without its "?". */
  readonly path: string;
  readonly query: string;
  /** Lower-case names with their values, for each signed header. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The SHA-256 of the body in hexadecimal, or "UNSIGNED-PAYLOAD". */
  readonly payloadHash: string;
}

/**
 * The canonical form of a request (IAM user guide, "Create a signed AWS API request"), as every service but S3
 * reads it: the path is normalised and encoded once more.
 */
export function canonicalRequest(request: SignedRequest): string {
  const names = [...request.headers.keys()].sort();
  const headers = names.map((name) => {
    const values = (request.headers.get(name) ?? []).map((value) => value.trim().replace(/[ \t]+/g, " "));
    return `${name}:${values.join(",")}\n`;
  });
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    headers.join(""),
    names.join(";"),
    request.payloadHash,
  ].join("\n");
}

/** @param scope "20260101/us-east-1/sqs/aws4_request"; @param longDate "20260101T000000Z" */
export function stringToSign(longDate: string, scope: string, canonical: string): string {
  // Node reads each byte of a header as one character; what was signed is the bytes.
  return ["AWS4-HMAC-SHA256", longDate, scope, sha256Hex(Buffer.from(canonical, "latin1"))].join("\n");
}

/**
 * The key that signs everything of one day, region and service. Node would make such an object of plain bytes for each
 * signature anew.
 *
 * @param scope "20260101/us-east-1/sqs/aws4_request"
 */
export function signingKey(secretAccessKey: string, scope: string): KeyObject {
  const key = scope
    .split("/")
    .reduce<Buffer>(
      (key, part) => createHmac("sha256", key).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    );
  return createSecretKey(key);
}

export function signatureOf(key: KeyObject, toSign: string): string {
  return createHmac("sha256", key).update(toSign).digest("hex");
}

export function sha256Hex(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  return segments.length === 0 ? "/" : `/${segments.join("/")}${path.endsWith("/") ? "/" : ""}`;
}

function canonicalQuery(query: string): string {
  return query
    .split("&")
    .filter((pair) => pair !== "" && !pair.startsWith("X-Amz-Signature="))
    .map((pair) => {
      const equals = pair.indexOf("=");
      const [name, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [encode(decode(name)), encode(decode(value))] as const;
    })
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What is not percent-encoded text stands for itself; no client signs it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
