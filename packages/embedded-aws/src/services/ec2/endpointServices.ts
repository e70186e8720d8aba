import { AwsError } from "../../core/errors";
import { invalidParameter } from "./errors";

/** AWS's services that endpoints lead to, of those that have any: AWS PrivateLink guide, "AWS services that integrate". */
const INTERFACE_SERVICES = new Set([
  "autoscaling",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "elasticloadbalancing",
  "email",
  "events",
  "kms",
  "lambda",
  "logs",
  "monitoring",
  "s3",
  "secretsmanager",
  "sns",
  "sqs",
  "ssm",
  "ssmmessages",
  "states",
  "sts",
  "xray",
]);

/** Services whose addresses AWS keeps as prefix lists, which gateway endpoints route to. */
const GATEWAY_SERVICES: ReadonlyMap<string, string> = new Map([
  ["s3", "pl-63a5400a"],
  ["dynamodb", "pl-02cd2c6b"],
]);

/** The service in "com.amazonaws.us-east-1.ssm". @throws AwsError for one that has no endpoint of that kind. */
export function endpointService(name: string, kind: "Interface" | "Gateway", region: string): string {
  const prefix = `com.amazonaws.${region}.`;
  const service = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  if (!INTERFACE_SERVICES.has(service) && !GATEWAY_SERVICES.has(service))
    throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  if (kind === "Interface" ? !INTERFACE_SERVICES.has(service) : !GATEWAY_SERVICES.has(service))
    throw invalidParameter(`The VPC endpoint service ${name} does not support endpoints of type ${kind}`);
  return service;
}

/** The prefix list of a service that has gateway endpoints. */
export function prefixListOf(serviceName: string): { readonly id: string; readonly name: string } {
  return { id: GATEWAY_SERVICES.get(serviceName.split(".").at(-1) ?? "") ?? "", name: serviceName };
}

/** Every prefix list of AWS's in a region. */
export function prefixLists(region: string): { readonly id: string; readonly name: string }[] {
  return [...GATEWAY_SERVICES].map(([service, id]) => ({ id, name: `com.amazonaws.${region}.${service}` }));
}
