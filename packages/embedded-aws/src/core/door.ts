/** A request before its body: what decides whether it comes in at all. */
export interface RequestHead {
  /** "POST" */
  readonly method: string;
  /** The request target, as it was sent: "/path?query". */
  readonly target: string;
  /** Names and values in turn, as they were sent; `headerValues` reads them. */
  readonly rawHeaders: readonly string[];
}

export type Admission = { readonly kind: "admitted" } | { readonly kind: "refused"; readonly reason: string };

/** What AWS's clients use. OPTIONS asks whether another origin may come in, and none may. */
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** Names that lead to this machine without asking a name server (RFC 6761, section 6.3). */
const loopbackName = /^(?:127\.0\.0\.1|\[::1\]|(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*localhost)$/;

/** Whether what answers at a request target has named this origin, whose pages may then call it. */
export type OriginRule = (target: string, origin: string) => boolean;

/**
 * Keeps web pages out: a page in the developer's browser may send many kinds of requests to this machine
 * without being asked, but it can neither hide that it is a page, nor, by a name of its own that leads here (DNS
 * rebinding), the name that it used. Programs on this machine, which could do anything anyway, pass.
 *
 * - `Host` must name the loopback interface and the endpoint's own port.
 * - `Origin`, which browsers send with everything but plain GETs and HEADs, must be that same host.
 * - `Sec-Fetch-Site`, which they send with everything, must be `same-origin`, or `none` for an address that the
 *   user has typed. `same-site` is refused: another port of localhost is another program.
 *
 * A page whose origin `named` knows at the request's target comes in there, and its preflights; the host must be right
 * all the same.
 *
 * @param port the port that the endpoint listens on
 */
export function decideAdmission(head: RequestHead, port: number, named: OriginRule = () => false): Admission {
  const origins = headerValues(head, "origin");
  const [origin] = origins;
  const invited = origins.length === 1 && origin !== undefined && named(head.target, origin);
  if (!methods.has(head.method) && !(head.method === "OPTIONS" && invited))
    return refused(`${head.method} is not answered here`);
  if (!head.target.startsWith("/")) {
    return refused(
      `request target: got ${shown([head.target])}; expected a path, as proxying is not done here`,
    );
  }

  const hosts = headerValues(head, "host");
  const host = hosts.length === 1 ? hosts[0]?.toLowerCase() : undefined;
  if (host === undefined || !isOwnHost(host, port)) {
    return refused(
      `Host: got ${shown(hosts)}; expected 127.0.0.1:${port}, localhost:${port} or [::1]:${port}, once`,
    );
  }

  if (invited) return { kind: "admitted" };
  const own = `http://${host}`;
  if (origins.some((origin) => origin !== own) || origins.length > 1) {
    return refused(
      `Origin: got ${shown(origins)}; expected ${own} or none: web pages may not call this endpoint`,
    );
  }

  const sites = headerValues(head, "sec-fetch-site");
  if (sites.some((site) => site !== "same-origin" && site !== "none") || sites.length > 1) {
    return refused(
      `Sec-Fetch-Site: got ${shown(sites)}; expected same-origin or none: web pages may not call this endpoint`,
    );
  }
  return { kind: "admitted" };
}

/** All values of a header, in their order. @param name in lower case */
export function headerValues({ rawHeaders }: Pick<RequestHead, "rawHeaders">, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const other = rawHeaders[index];
    const value = rawHeaders[index + 1];
    if (value !== undefined && other?.length === name.length && other.toLowerCase() === name)
      values.push(value);
  }
  return values;
}

/** @param host in lower case */
function isOwnHost(host: string, port: number): boolean {
  const suffix = `:${port}`;
  if (host.endsWith(suffix)) return loopbackName.test(host.slice(0, -suffix.length));
  // The port that clients leave out.
  return port === 80 && loopbackName.test(host);
}

function refused(reason: string): Admission {
  return { kind: "refused", reason };
}

function shown(values: readonly string[]): string {
  return values.length === 0 ? "none" : values.map((value) => JSON.stringify(value.slice(0, 200))).join(", ");
}
