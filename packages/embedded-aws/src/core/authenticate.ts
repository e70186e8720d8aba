import type { KeyObject } from "node:crypto";
import type { ProtocolName } from "../wire/officialServices";
import type { Principal } from "./iam/principal";
import { canonicalRequest, sha256Hex, signatureOf, signingKey, stringToSign } from "./canonicalRequest";
import { headerValues, type RequestHead } from "./door";
import { AwsError, notSupported } from "./errors";
import { isSameSecret } from "./secret";
import type { Credentials, Service } from "./service";
import { readClaim, type Claim } from "./signature";

/** Credentials that the cloud has handed out, and to whom. */
export interface Session {
  readonly principal: Principal;
  readonly credentials: Credentials;
  /** When they end, in milliseconds since the epoch; never, by default. */
  readonly expiresAt?: number | undefined;
  /** By scope; a session signs thousands of requests with each. */
  readonly signingKeys: Map<string, KeyObject>;
}

export interface AuthenticationOptions {
  readonly accountId: string;
  sessionOf(accessKeyId: string): Session | undefined;
  /** The cloud's time and the machine's, in milliseconds since the epoch. */
  now(): { readonly cloud: number; readonly machine: number };
}

/** Why a claim is not believed; `refusalOf` puts it in a service's words. */
export type Doubt =
  | { readonly kind: "unknown-token"; readonly message: string }
  | { readonly kind: "expired-token"; readonly message: string }
  | { readonly kind: "wrong-signature"; readonly message: string };

/** A caller who is known at once, or one who is once `verify`, given the body as it came, finds no doubt. */
export type Authentication =
  | { readonly kind: "known"; readonly caller: Principal }
  | { readonly kind: "claimed"; readonly caller: Principal; verify(body: Uint8Array): Doubt | undefined }
  | { readonly kind: "doubted"; readonly doubt: Doubt };

/** IAM user guide, "Troubleshoot Signature Version 4": a request must arrive within five minutes of its date. */
const toleranceMs = 5 * 60_000;
/** The longest life of a presigned request, in seconds: a week. */
const longestLife = 604_800;

/**
 * Who calls, by what the request says of its signer.
 *
 * A key that the cloud has handed out is believed with its session token and a right signature only. Any other
 * key is the administrator's, and its signature is not checked, as its secret is not known here; but only in a
 * header, which no web page can make a browser send: a link can be presigned by anyone.
 *
 * Throws NotSupportedByEmbeddedCloud for SigV4A signatures of sessions.
 */
export function authenticate(
  head: RequestHead,
  claim: Claim,
  options: AuthenticationOptions,
): Authentication {
  const session = options.sessionOf(claim.accessKeyId);
  if (session === undefined) {
    return claim.form === "header"
      ? { kind: "known", caller: { kind: "administrator", accountId: options.accountId } }
      : unknownToken("a presigned request needs the keys of a session that this cloud has issued");
  }
  if (claim.algorithm !== "AWS4-HMAC-SHA256") throw notSupported(`Signing with ${claim.algorithm} as a role`);
  if (!isSameSecret(session.credentials.sessionToken, claim.sessionToken ?? "")) {
    return unknownToken("it is not the one of this access key");
  }
  const { expiresAt = Infinity } = session;
  const now = options.now();
  // As signatures' dates: whoever goes by the machine's time renews it by that, however fast the cloud's clock runs.
  if (Math.min(now.cloud, now.machine) >= expiresAt) {
    const message = `The security token included in the request is expired: since ${new Date(expiresAt).toISOString()}; it is ${new Date(now.cloud).toISOString()} in the cloud`;
    return { kind: "doubted", doubt: { kind: "expired-token", message } };
  }
  const outside = outsideOfTime(claim, now);
  if (outside !== undefined) return wrongSignature(outside);
  const unsigned = unsignedHeaders(head, claim);
  if (unsigned.length > 0) {
    return wrongSignature(`The request has headers that are not signed: ${unsigned.join(", ")}`);
  }
  return {
    kind: "claimed",
    caller: session.principal,
    verify: (body) => verify(head, claim, session, body),
  };
}

/**
 * Who has signed a whole request for `service`: for what answers outside of AWS's own protocols.
 *
 * Throws AwsError when nobody has, or not for that service, or not rightly.
 */
export function callerOf(
  head: RequestHead,
  service: string,
  body: Uint8Array,
  options: AuthenticationOptions,
): Principal {
  const mark = head.target.indexOf("?");
  const claim = readClaim(head, new URLSearchParams(mark < 0 ? "" : head.target.slice(mark + 1)));
  if (claim.service !== service)
    throw new AwsError(
      "SignatureDoesNotMatch",
      `Credential should be scoped to correct service: got '${claim.service}'; expected '${service}'.`,
      403,
    );
  const authentication = authenticate(head, claim, options);
  if (authentication.kind === "doubted") throw refusalOf(authentication.doubt);
  const doubt = authentication.kind === "claimed" ? authentication.verify(body) : undefined;
  if (doubt !== undefined) throw refusalOf(doubt);
  return authentication.caller;
}

function verify(head: RequestHead, claim: Claim, session: Session, body: Uint8Array): Doubt | undefined {
  const [declared] = headerValues(head, "x-amz-content-sha256");
  const payloadHash = declared === "UNSIGNED-PAYLOAD" ? declared : sha256Hex(body);
  if (declared !== undefined && declared !== payloadHash) {
    return wrongSignature(
      `x-amz-content-sha256: got ${JSON.stringify(declared)}; expected the body's, ${payloadHash}`,
    ).doubt;
  }
  const mark = head.target.indexOf("?");
  const canonical = canonicalRequest({
    method: head.method,
    path: mark < 0 ? head.target : head.target.slice(0, mark),
    query: mark < 0 ? "" : head.target.slice(mark + 1),
    headers: new Map(claim.signedHeaders.map((name) => [name, headerValues(head, name)])),
    payloadHash,
  });
  const toSign = stringToSign(claim.date, claim.scope, canonical);
  if (isSameSecret(signatureOf(keyFor(session, claim.scope), toSign), claim.signature)) return undefined;
  return wrongSignature(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
      "Key and signing method. Consult the service documentation for details.\n\n" +
      `The Canonical String for this request should have been\n'${canonical}'\n\n` +
      `The String-to-Sign should have been\n'${toSign}'`,
  ).doubt;
}

/** A session signs for a few services on a day or two; a stranger's scopes must not pile up. */
const keysOfSession = 32;

function keyFor({ credentials, signingKeys }: Session, scope: string): KeyObject {
  let key = signingKeys.get(scope);
  if (key === undefined) {
    key = signingKey(credentials.secretAccessKey, scope);
    if (signingKeys.size >= keysOfSession) signingKeys.clear();
    signingKeys.set(scope, key);
  }
  return key;
}

/** Headers that must be signed: the host, and all of AWS's own. */
function unsignedHeaders(head: RequestHead, claim: Claim): string[] {
  const signed = new Set(claim.signedHeaders);
  const sent = head.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return ["host", ...sent.filter((name) => name.startsWith("x-amz-"))].filter((name) => !signed.has(name));
}

/**
 * What is wrong with a signature's time. The cloud's clock may stand still, or be far ahead of the machine's:
 * functions sign by the cloud's, programs outside by the machine's, and SDKs that compare with the `Date` of an
 * answer change from one to the other. A date that is right by either is right.
 */
function outsideOfTime(claim: Claim, now: { cloud: number; machine: number }): string | undefined {
  const signedAt = instantOf(claim.date);
  if (signedAt === undefined) {
    return `X-Amz-Date: got ${JSON.stringify(claim.date.slice(0, 50))}; expected a time like 20260101T000000Z`;
  }
  if (!claim.scope.startsWith(`${claim.date.slice(0, 8)}/`)) {
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.scope.slice(0, 8)}' != '${claim.date.slice(0, 8)}'.`;
  }
  let lifeMs = toleranceMs;
  if (claim.expires !== undefined) {
    const seconds = /^\d{1,6}$/.test(claim.expires) ? Number(claim.expires) : 0;
    if (seconds < 1 || seconds > longestLife) {
      return `X-Amz-Expires: got ${JSON.stringify(claim.expires.slice(0, 50))}; expected 1 to ${longestLife} seconds`;
    }
    lifeMs = seconds * 1000;
  }
  const isWithin = (time: number) => signedAt - toleranceMs <= time && time <= signedAt + lifeMs;
  if (isWithin(now.cloud) || isWithin(now.machine)) return undefined;
  const times = `it is ${new Date(now.cloud).toISOString()} in the cloud and ${new Date(now.machine).toISOString()} on this machine`;
  return signedAt > now.cloud && signedAt > now.machine
    ? `Signature not yet current: ${claim.date} is more than 5 minutes ahead; ${times}`
    : `Signature expired: ${claim.date} is more than ${lifeMs / 1000} seconds past; ${times}`;
}

/** @param date "20260101T000000Z" */
function instantOf(date: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant) ? undefined : instant;
}

function unknownToken(why: string): { kind: "doubted"; doubt: Doubt } {
  const message = `The security token included in the request is invalid: ${why}`;
  return { kind: "doubted", doubt: { kind: "unknown-token", message } };
}

function wrongSignature(message: string): { kind: "doubted"; doubt: Doubt } {
  return { kind: "doubted", doubt: { kind: "wrong-signature", message } };
}

/**
 * Each family of services has its own codes and status (the services' API references, "Common errors").
 *
 * @param protocol the one that the request is in: SQS speaks two families'.
 */
export function refusalOf(
  doubt: Doubt,
  service?: Pick<Service, "name" | "wire">,
  protocol?: ProtocolName,
): AwsError {
  const spoken = service === undefined || protocol === "awsQuery" ? "query" : familyOf(service);
  const isJson = spoken !== "query";
  const status = spoken === "awsJson" && service?.name !== "sqs" ? 400 : 403;
  switch (doubt.kind) {
    case "unknown-token":
      return new AwsError(
        isJson ? "UnrecognizedClientException" : "InvalidClientTokenId",
        doubt.message,
        status,
      );
    case "expired-token":
      return new AwsError(isJson ? "ExpiredTokenException" : "ExpiredToken", doubt.message, status);
    case "wrong-signature":
      return new AwsError(
        isJson ? "InvalidSignatureException" : "SignatureDoesNotMatch",
        doubt.message,
        status,
      );
  }
}

function familyOf({ wire }: Pick<Service, "wire">): "awsJson" | "restJson" | "query" {
  const [first] = wire.settings.protocols;
  if (first === "restJson1") return "restJson";
  return first === "awsJson1_0" || first === "awsJson1_1" ? "awsJson" : "query";
}
