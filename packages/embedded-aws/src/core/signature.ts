import { AwsError } from "./errors";
import { headerValues, type RequestHead } from "./door";

/** What a request says of its signer, in an `Authorization` header or, presigned, in its query. */
export interface Claim {
  readonly form: "header" | "presigned";
  readonly algorithm: Algorithm;
  readonly accessKeyId: string;
  /** "20260101/us-east-1/sqs/aws4_request" */
  readonly scope: string;
  /** "sqs" */
  readonly service: string;
  /** Lower-case names; empty when the request names none. */
  readonly signedHeaders: readonly string[];
  /** Empty when there is none. */
  readonly signature: string;
  /** As it was sent, "20260101T000000Z"; empty when there is none. */
  readonly date: string;
  readonly sessionToken: string | undefined;
  /** As it was sent, in seconds after `date`; of presigned requests only. */
  readonly expires: string | undefined;
}

type Algorithm = (typeof algorithms)[number];

/** The second is SigV4A, whose scope has no region: EventBridge's clients use it for global endpoints. */
const algorithms = ["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"] as const;

const scopes: Readonly<Record<Algorithm, RegExp>> = {
  "AWS4-HMAC-SHA256": /^(.+?)\/(\d{8}\/[^/]+\/([^/]+)\/aws4_request)$/,
  "AWS4-ECDSA-P256-SHA256": /^(.+?)\/(\d{8}\/([^/]+)\/aws4_request)$/,
};

/**
 * Reads who claims to have signed a request, and for which service. What else a signature has may be missing
 * here; whoever verifies it will miss it.
 *
 * Throws `MissingAuthenticationToken` when the request is not signed, and `IncompleteSignature` when what it has
 * does not name a credential scope.
 */
export function readClaim(head: RequestHead, query: URLSearchParams): Claim {
  const authorizations = headerValues(head, "authorization");
  const presigned = query.has("X-Amz-Credential") || query.has("X-Amz-Signature");
  const [authorization] = authorizations;
  if (authorization === undefined) {
    if (presigned) return presignedClaim(query);
    throw new AwsError(
      "MissingAuthenticationToken",
      "Request is missing Authentication Token: it is not signed. Sign it with any credentials, as AWS's clients do " +
        'when they have some, or send "Authorization: AWS4-HMAC-SHA256 Credential=KEY/YYYYMMDD/REGION/SERVICE/aws4_request"',
      403,
    );
  }
  if (authorizations.length > 1 || presigned) {
    throw incomplete(
      "Only one authorization is allowed in a request, in one Authorization header or in the query.",
    );
  }
  return headerClaim(head, authorization);
}

function headerClaim(head: RequestHead, authorization: string): Claim {
  const space = authorization.indexOf(" ");
  const parameters = new Map(
    authorization
      .slice(space + 1)
      .split(",")
      .map((parameter) => {
        const equals = parameter.indexOf("=");
        return [parameter.slice(0, equals).trim(), parameter.slice(equals + 1).trim()];
      }),
  );
  return {
    form: "header",
    ...credential(space < 0 ? authorization : authorization.slice(0, space), parameters.get("Credential")),
    signedHeaders: listed(parameters.get("SignedHeaders")),
    signature: parameters.get("Signature") ?? "",
    date: headerValues(head, "x-amz-date")[0] ?? "",
    sessionToken: headerValues(head, "x-amz-security-token")[0],
    expires: undefined,
  };
}

function presignedClaim(query: URLSearchParams): Claim {
  return {
    form: "presigned",
    ...credential(query.get("X-Amz-Algorithm") ?? "", query.get("X-Amz-Credential") ?? undefined),
    signedHeaders: listed(query.get("X-Amz-SignedHeaders") ?? undefined),
    signature: query.get("X-Amz-Signature") ?? "",
    date: query.get("X-Amz-Date") ?? "",
    sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
    expires: query.get("X-Amz-Expires") ?? "",
  };
}

function credential(
  named: string,
  text: string | undefined,
): Pick<Claim, "algorithm" | "accessKeyId" | "scope" | "service"> {
  const algorithm = algorithms.find((known) => known === named);
  if (algorithm === undefined) {
    throw incomplete(
      `Algorithm: got ${JSON.stringify(named.slice(0, 50))}; expected ${algorithms.join(" or ")}.`,
    );
  }
  if (text === undefined) throw incomplete("Authorization requires 'Credential' parameter.");
  const [, accessKeyId, scope, service] = scopes[algorithm].exec(text) ?? [];
  if (accessKeyId === undefined || scope === undefined || service === undefined) {
    throw incomplete(
      `Credential: got ${JSON.stringify(text.slice(0, 200))}; expected ` +
        `KEY/YYYYMMDD/${algorithm === "AWS4-HMAC-SHA256" ? "REGION/" : ""}SERVICE/aws4_request.`,
    );
  }
  return { algorithm, accessKeyId, scope, service };
}

function listed(names: string | undefined): string[] {
  return (names ?? "").split(";").filter((name) => name !== "");
}

function incomplete(message: string): AwsError {
  return new AwsError("IncompleteSignature", message, 403);
}
