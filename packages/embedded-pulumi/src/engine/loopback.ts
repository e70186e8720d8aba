/** The names of this machine to itself, as lists of hosts that need no proxy spell them. */
const LOOPBACK = ["127.0.0.1", "localhost", "::1", "[::1]"];

/** gRPC reads `no_grpc_proxy`, and only without it `no_proxy`; others read one of the last two. */
const VARIABLES = ["NO_PROXY", "no_proxy", "no_grpc_proxy"] as const;

/**
 * Variables that keep calls to this machine from a proxy that `environment` names, such as a company's: it would
 * send them to itself. Hosts that are excepted already stay so.
 */
export function loopbackWithoutProxy(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const general = environment.no_proxy ?? environment.NO_PROXY ?? "";
  const entries = VARIABLES.map((name) => {
    const hosts = (environment[name] ?? general).split(",").map((host) => host.trim());
    const others = hosts.filter((host) => host !== "" && !LOOPBACK.includes(host));
    return [name, [...others, ...LOOPBACK].join(",")] as const;
  });
  return Object.fromEntries(entries);
}
