import { createPublicKey, type JsonWebKey, verify as verifySignature } from "node:crypto";
import { parseJson } from "../../core/parseJson";
import { isObject } from "../../core/record";
import type { AuthorizerSettings } from "./apis";

/** "Control access to HTTP APIs with JWT authorizers": RSA only. */
const ALGORITHMS: ReadonlyMap<unknown, string> = new Map([
  ["RS256", "RSA-SHA256"],
  ["RS384", "RSA-SHA384"],
  ["RS512", "RSA-SHA512"],
]);
/** How long API Gateway keeps an issuer's keys, and how long it waits for them. */
const KEYS_KEPT_MS = 2 * 60 * 60 * 1000;
const ISSUER_TIMEOUT_MS = 1500;

export type Claims = Readonly<Record<string, unknown>>;
export type TokenDecision =
  | { readonly kind: "valid"; readonly claims: Claims; readonly scopes: readonly string[] }
  | { readonly kind: "invalid"; readonly reason: string };

type Jwk = JsonWebKey & { readonly kid?: string };

/** Who may bear which token: checks tokens by the keys that their issuer publishes. */
export class Tokens {
  readonly #keys = new Map<string, { readonly keys: readonly Jwk[]; readonly until: number }>();

  /** @param now epoch milliseconds of the cloud's clock */
  async check(token: string, settings: AuthorizerSettings, now: number): Promise<TokenDecision> {
    const { Issuer = "", Audience = [] } = settings.JwtConfiguration ?? {};
    const [head = "", payload = "", signature = "", ...more] = token.split(".");
    const header = decoded(head);
    const claims = decoded(payload);
    if (header === undefined || claims === undefined || more.length > 0)
      return invalid("the token is malformed");
    const algorithm = ALGORITHMS.get(header.alg);
    if (algorithm === undefined)
      return invalid(
        `signature method ${JSON.stringify(header.alg)} is invalid; expected RS256, RS384 or RS512`,
      );
    // Before anything is fetched: only the issuer that the API names is ever asked.
    if (claims.iss !== Issuer) return invalid("invalid issuer");
    let keys: readonly Jwk[];
    try {
      keys = await this.#keysOf(Issuer, now);
    } catch (error) {
      return invalid(
        error instanceof IssuerError ? error.message : "OIDC discovery endpoint communication error",
      );
    }
    const key = keys.find(({ kid, kty }) => kid !== undefined && kid === header.kid && kty === "RSA");
    if (key === undefined) return invalid("unable to find a signing key that matches the kid");
    if (!isSigned(algorithm, `${head}.${payload}`, key, signature))
      return invalid("the signature is invalid");
    return decideClaims(claims, Audience, now / 1000);
  }

  async #keysOf(issuer: string, now: number): Promise<readonly Jwk[]> {
    const known = this.#keys.get(issuer);
    if (known !== undefined && known.until > now) return known.keys;
    const discovery = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (typeof discovery.jwks_uri !== "string")
      throw new IssuerError("OIDC discovery document has no jwks_uri");
    const { keys } = await fetchJson(discovery.jwks_uri);
    if (!Array.isArray(keys)) throw new IssuerError("the issuer's key set has no keys");
    const list = keys.filter(isObject) as readonly Jwk[];
    this.#keys.set(issuer, { keys: list, until: now + KEYS_KEPT_MS });
    return list;
  }
}

class IssuerError extends Error {}

/** Only issuers on this machine: the cloud has no network. */
async function fetchJson(url: string): Promise<Record<string, unknown>> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "http:" || !/^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(hostname))
    throw new IssuerError(
      `the embedded cloud asks issuers on this machine only, as http://localhost:PORT, and not ${url}`,
    );
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS) });
  const body: unknown = response.ok ? await response.json() : undefined;
  if (!isObject(body)) throw new IssuerError("OIDC discovery endpoint communication error");
  return body;
}

/** The claims of a token whose signature is right. @param now epoch seconds */
function decideClaims(claims: Claims, audience: readonly string[], now: number): TokenDecision {
  const meant = [claims.aud ?? claims.client_id].flat();
  if (!meant.some((one) => typeof one === "string" && audience.includes(one)))
    return invalid("invalid audience");
  const { exp, nbf, iat } = claims;
  if (typeof exp !== "number" || exp <= now) return invalid("the token has expired");
  if (typeof nbf === "number" && nbf > now) return invalid("the token is not valid yet");
  if (typeof iat === "number" && iat > now) return invalid("the token was issued in the future");
  const scopes = claims.scope ?? claims.scp;
  const list = typeof scopes === "string" ? scopes.split(" ") : [scopes].flat();
  return { kind: "valid", claims, scopes: list.filter((scope) => typeof scope === "string") };
}

function isSigned(algorithm: string, text: string, key: Jwk, signature: string): boolean {
  try {
    const publicKey = createPublicKey({ key, format: "jwk" });
    return verifySignature(algorithm, Buffer.from(text), publicKey, Buffer.from(signature, "base64url"));
  } catch {
    // A key that is none verifies nothing.
    return false;
  }
}

function decoded(part: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value = parseJson(Buffer.from(part, "base64url").toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function invalid(reason: string): TokenDecision {
  return { kind: "invalid", reason };
}
