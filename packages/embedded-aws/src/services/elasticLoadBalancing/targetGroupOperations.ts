import { AwsError, notSupported } from "../../core/errors";
import { pageOf } from "../../core/paging";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { groupAccess, tagRules } from "./access";
import { DEFAULT_ATTRIBUTES, type HealthCheck, isHttp, type Protocol, type TargetGroup } from "./targetGroup";
import type { TargetGroups } from "./targetGroups";

const healthCheckMembers = [
  "HealthCheckProtocol",
  "HealthCheckPort",
  "HealthCheckEnabled",
  "HealthCheckPath",
  "HealthCheckIntervalSeconds",
  "HealthCheckTimeoutSeconds",
  "HealthyThresholdCount",
  "UnhealthyThresholdCount",
  "Matcher",
] as const;

const PROTOCOLS = ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"];
const CHECK_PROTOCOLS = ["HTTP", "HTTPS", "TCP"];

/** Elastic Load Balancing API reference, CreateTargetGroup; times in seconds. */
const healthCheckRules = {
  HealthCheckProtocol: { oneOf: PROTOCOLS, supported: CHECK_PROTOCOLS },
  HealthCheckPath: { length: [1, 1024] },
  HealthCheckIntervalSeconds: { range: [5, 300] },
  HealthCheckTimeoutSeconds: { range: [2, 120] },
  HealthyThresholdCount: { range: [2, 10] },
  UnhealthyThresholdCount: { range: [2, 10] },
} as const;

const PAGE = 400;

interface CheckInput {
  readonly HealthCheckProtocol?: Protocol;
  readonly HealthCheckPort?: string;
  readonly HealthCheckEnabled?: boolean;
  readonly HealthCheckPath?: string;
  readonly HealthCheckIntervalSeconds?: number;
  readonly HealthCheckTimeoutSeconds?: number;
  readonly HealthyThresholdCount?: number;
  readonly UnhealthyThresholdCount?: number;
  readonly Matcher?: HealthCheck["matcher"];
}

export function targetGroupOperations(context: CloudContext, groups: TargetGroups) {
  const { region, accountId, random } = context;
  const operation = operationsOf("elasticloadbalancing", context);
  const arnOf = (name: string, id: string) =>
    `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/${name}/${id}`;
  const on = (action: string) => (input: { readonly TargetGroupArn: string }) => [
    groupAccess(groups, action, input.TargetGroupArn),
  ];

  return {
    ...operation(
      "CreateTargetGroup",
      {
        supports: [
          "Name",
          "Protocol",
          "ProtocolVersion",
          "Port",
          "VpcId",
          "TargetType",
          "IpAddressType",
          ...healthCheckMembers,
          "Tags",
        ],
        rules: {
          Name: { pattern: /^(?!-|internal-)[A-Za-z0-9-]{1,32}(?<!-)$/ },
          Protocol: { oneOf: PROTOCOLS, supported: ["HTTP", "HTTPS", "TCP", "TLS"] },
          ProtocolVersion: { oneOf: ["HTTP1", "HTTP2", "GRPC"], supported: ["HTTP1", "HTTP2"] },
          Port: { range: [1, 65_535] },
          TargetType: { oneOf: ["instance", "ip", "lambda", "alb"], supported: ["instance"] },
          IpAddressType: { oneOf: ["ipv4", "ipv6"], supported: ["ipv4"] },
          ...healthCheckRules,
          ...tagRules,
        },
      },
      (input) => [
        { action: "elasticloadbalancing:CreateTargetGroup", resource: arnOf(input.Name, "*") },
        ...((input.Tags ?? []).length > 0
          ? [{ action: "elasticloadbalancing:AddTags", resource: arnOf(input.Name, "*") }]
          : []),
      ],
      async (input) => {
        const { Name: name, Protocol: protocol, Port: port, VpcId: vpcId } = input;
        if (protocol === undefined || port === undefined || vpcId === undefined)
          throw new AwsError("ValidationError", "A protocol, a port and a VPC must be specified");
        await demandVpc(context, vpcId);
        if (groups.list().some((group) => group.name === name))
          throw new AwsError(
            "DuplicateTargetGroupNameException",
            `A target group with the same name '${name}' exists, but with different settings`,
          );
        const http = isHttp(protocol);
        const group: TargetGroup = {
          name,
          arn: arnOf(name, random.hex(16)),
          protocol,
          protocolVersion: http ? (input.ProtocolVersion ?? "HTTP1") : undefined,
          port,
          vpcId,
          healthCheck: checked({
            enabled: true,
            protocol: http ? "HTTP" : "TCP",
            port: "traffic-port",
            path: http ? "/" : undefined,
            matcher: http ? { HttpCode: "200" } : undefined,
            intervalSeconds: 30,
            timeoutSeconds: http ? 5 : 10,
            healthyThreshold: 5,
            unhealthyThreshold: 2,
            ...changes(input),
          }),
          attributes: new Map(Object.entries(DEFAULT_ATTRIBUTES)),
          tags: new Map((input.Tags ?? []).map(({ Key, Value = "" }) => [Key, Value])),
          targets: new Map(),
        };
        groups.add(group);
        return { TargetGroups: [groupElement(group)] };
      },
    ),

    ...operation(
      "DescribeTargetGroups",
      {
        supports: ["Names", "TargetGroupArns", "Marker", "PageSize"],
        rules: { PageSize: { range: [1, PAGE] } },
      },
      () => [{ action: "elasticloadbalancing:DescribeTargetGroups", resource: "*" }],
      ({ Names, TargetGroupArns, Marker, PageSize = PAGE }) => {
        const named = Names?.map((name) => {
          const found = groups.list().find((group) => group.name === name);
          if (found === undefined)
            throw new AwsError(
              "TargetGroupNotFoundException",
              `One or more target groups not found: ${name}`,
            );
          return found;
        });
        const wanted = named ?? TargetGroupArns?.map((arn) => groups.get(arn)) ?? groups.list();
        const { items, next } = pageOf(wanted, Marker, PageSize, "ValidationError");
        return { TargetGroups: items.map(groupElement), NextMarker: next };
      },
    ),

    ...operation(
      "ModifyTargetGroup",
      { supports: ["TargetGroupArn", ...healthCheckMembers], rules: healthCheckRules },
      on("ModifyTargetGroup"),
      (input) => {
        const group = groups.get(input.TargetGroupArn);
        group.healthCheck = checked({ ...group.healthCheck, ...changes(input) });
        return { TargetGroups: [groupElement(group)] };
      },
    ),

    ...operation(
      "DeleteTargetGroup",
      { supports: ["TargetGroupArn"] },
      on("DeleteTargetGroup"),
      ({ TargetGroupArn }) => {
        // One that is not there is deleted already.
        groups.delete(TargetGroupArn);
        return {};
      },
    ),

    ...operation(
      "DescribeTargetGroupAttributes",
      { supports: ["TargetGroupArn"] },
      () => [{ action: "elasticloadbalancing:DescribeTargetGroupAttributes", resource: "*" }],
      ({ TargetGroupArn }) => ({ Attributes: attributeList(groups.get(TargetGroupArn)) }),
    ),

    ...operation(
      "ModifyTargetGroupAttributes",
      { supports: ["TargetGroupArn", "Attributes"] },
      on("ModifyTargetGroupAttributes"),
      ({ TargetGroupArn, Attributes }) => {
        const group = groups.get(TargetGroupArn);
        for (const { Key, Value } of Attributes) checkAttribute(Key, Value);
        for (const { Key = "", Value = "" } of Attributes) group.attributes.set(Key, Value);
        return { Attributes: attributeList(group) };
      },
    ),
  };
}

/** @throws AwsError for a VPC that is not there. */
async function demandVpc({ call, accountId }: CloudContext, vpcId: string): Promise<void> {
  try {
    await call("ec2", "DescribeVpcs", { VpcIds: [vpcId] }, { kind: "administrator", accountId });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError("ValidationError", `The VPC ID '${vpcId}' is not found`);
  }
}

/** What an input says of the health check; what it leaves out stays. */
function changes(input: CheckInput): Partial<HealthCheck> {
  const given = {
    enabled: input.HealthCheckEnabled,
    protocol: input.HealthCheckProtocol,
    port: input.HealthCheckPort,
    path: input.HealthCheckPath,
    matcher: input.Matcher,
    intervalSeconds: input.HealthCheckIntervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount,
    unhealthyThreshold: input.UnhealthyThresholdCount,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function checked(check: HealthCheck): HealthCheck {
  if (check.timeoutSeconds < check.intervalSeconds) return check;
  throw new AwsError(
    "ValidationError",
    `Health check timeout '${check.timeoutSeconds}' must be smaller than the interval '${check.intervalSeconds}'`,
  );
}

/** Those whose values are numbers, with their ranges. */
const NUMBERS = new Map<string, readonly [min: number, max: number]>([
  ["deregistration_delay.timeout_seconds", [0, 3600]],
  ["slow_start.duration_seconds", [0, 900]],
  ["stickiness.lb_cookie.duration_seconds", [1, 604_800]],
]);

function checkAttribute(key = "", value = ""): void {
  if (!Object.hasOwn(DEFAULT_ATTRIBUTES, key)) throw notSupported(`The target group attribute "${key}"`);
  const range = NUMBERS.get(key);
  if (range === undefined) return;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= range[0] && number <= range[1]) return;
  throw new AwsError(
    "ValidationError",
    `Target group attribute key '${key}' must be a number from ${range[0]} to ${range[1]}; got '${value}'`,
  );
}

function attributeList({ attributes }: TargetGroup) {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}

function groupElement(group: TargetGroup) {
  const { healthCheck } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    ...(group.protocolVersion === undefined ? {} : { ProtocolVersion: group.protocolVersion }),
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: healthCheck.enabled,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    ...(healthCheck.path === undefined ? {} : { HealthCheckPath: healthCheck.path }),
    ...(healthCheck.matcher === undefined ? {} : { Matcher: healthCheck.matcher }),
    LoadBalancerArns: [],
    TargetType: "instance",
    IpAddressType: "ipv4",
  } as const;
}
