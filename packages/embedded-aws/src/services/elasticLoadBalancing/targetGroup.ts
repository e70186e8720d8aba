import type { Supported } from "../../wire/operation";

type Creation = Supported<
  "elasticloadbalancing",
  "CreateTargetGroup",
  "Protocol" | "HealthCheckProtocol" | "Matcher" | "TargetType"
>;

export type Protocol = NonNullable<Creation["Protocol"]>;

/** How the load balancer asks a target whether it is well; times in seconds. */
export interface HealthCheck {
  readonly enabled: boolean;
  readonly protocol: Protocol;
  readonly port: string;
  readonly path: string | undefined;
  readonly matcher: Creation["Matcher"] | undefined;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface Target {
  readonly id: string;
  readonly port: number;
  readonly registeredAt: number;
  /** Once it is deregistered: when its last requests have had their time. */
  drainsUntil?: number;
}

export interface TargetGroup {
  readonly name: string;
  readonly arn: string;
  readonly protocol: Protocol;
  readonly protocolVersion: string | undefined;
  readonly port: number;
  readonly vpcId: string;
  healthCheck: HealthCheck;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  /** By id and port. */
  readonly targets: Map<string, Target>;
}

export function targetKey(id: string, port: number): string {
  return `${id} ${port}`;
}

/** Protocols of the seventh layer have a path to ask for; those of the fourth a connection. */
export function isHttp(protocol: Protocol): boolean {
  return protocol === "HTTP" || protocol === "HTTPS";
}

/** Attributes with their defaults: Elastic Load Balancing API reference, TargetGroupAttribute. */
export const DEFAULT_ATTRIBUTES: Readonly<Record<string, string>> = {
  "deregistration_delay.timeout_seconds": "300",
  "load_balancing.algorithm.type": "round_robin",
  "slow_start.duration_seconds": "0",
  "stickiness.enabled": "false",
  "stickiness.lb_cookie.duration_seconds": "86400",
  "stickiness.type": "lb_cookie",
};

export function deregistrationDelayMs({ attributes }: TargetGroup): number {
  return 1000 * Number(attributes.get("deregistration_delay.timeout_seconds"));
}
