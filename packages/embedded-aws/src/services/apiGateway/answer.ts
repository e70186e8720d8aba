/** What an API answers a request with. */
export interface ApiAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string | Uint8Array;
  /** What the access log calls `$context.error.…` and `$context.integration…`: for the API's owner, not its caller. */
  readonly log?: Readonly<Record<string, string>>;
}

/** What API Gateway itself answers, in its words; `reason` is for the access log. */
export function gatewayAnswer(
  status: number,
  reason?: string,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer {
  const message = MESSAGES[status] ?? "Internal Server Error";
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ message }),
    log: {
      "error.message": message,
      "error.messageString": JSON.stringify(message),
      ...(reason !== undefined && { integrationErrorMessage: reason, "integration.error": reason }),
    },
  };
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
