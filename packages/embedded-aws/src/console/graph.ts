/** "queue:orders-1a2b3c": what something is, and what it is called in the cloud. */
export type NodeKey = `${string}:${string}`;

/** A resource as a program registered it. */
export interface TopologyResource {
  readonly urn: string;
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  readonly name: string;
  /** The parent's URN. */
  readonly parent?: string;
  /** Made by a provider; components are not. */
  readonly custom: boolean;
  readonly id?: string;
  readonly arn?: string;
  /** For each input, the URNs of what it was made of. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** What a program registered, as an engine tells it to the cloud that it deploys into. */
export interface Topology {
  readonly project: string;
  readonly stack: string;
  readonly resources: readonly TopologyResource[];
}

export interface GraphNode {
  readonly key: NodeKey;
  /** "queue", "function"; of a kind that is not known here, the type's own name. */
  readonly kind: string;
  /** As the program calls it. */
  readonly label: string;
  /** As the cloud calls it. */
  readonly name: string;
  /** The component that it belongs to, the outermost one. */
  readonly group: string;
  /** The alarms that watch it. */
  readonly alarms: readonly string[];
}

export interface GraphEdge {
  readonly from: NodeKey;
  readonly to: NodeKey;
  /** How the program put it: the input that made the edge ("eventSourceArn", "policy"). */
  readonly by: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Resources that are no nodes, by type: permissions, roles, log groups. */
  readonly others: Readonly<Record<string, number>>;
}

const KINDS: Readonly<Record<string, string>> = {
  "sqs/queue": "queue",
  "dynamodb/table": "table",
  "lambda/function": "function",
  "lambda/callbackFunction": "function",
  "sns/topic": "topic",
  "cloudwatch/eventRule": "rule",
  "cloudwatch/eventBus": "bus",
  "cloudwatch/metricAlarm": "alarm",
  "cloudwatch/compositeAlarm": "alarm",
  "sesv2/emailIdentity": "mail",
  "ec2/launchTemplate": "fleet",
  "autoscaling/group": "fleet",
  "apigatewayv2/api": "api",
};

/** What only holds others together; its dependencies are followed where they matter. */
const PLUMBING =
  /^aws:(iam|kms|ec2|ssm|logs|acm|route53)\/|^aws:lambda\/(permission|alias|invocation|functionEventInvokeConfig|eventSourceMapping)|Policy$|^aws:cloudwatch\/(logGroup|logStream|dashboard|eventTarget|eventPermission)|^aws:sns\/topicSubscription|^aws:sesv2\/(?!emailIdentity)|^aws:apigatewayv2\/(?!api:)|^pulumi:/;

/** Resources that join two others: from what this input names, to what that one does. */
const CONNECTORS: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  "lambda/eventSourceMapping": [
    ["eventSourceArn", "functionName"],
    ["functionName", "destinationConfig"],
  ],
  "lambda/functionEventInvokeConfig": [["functionName", "destinationConfig"]],
  "sns/topicSubscription": [
    ["topic", "endpoint"],
    ["topic", "redrivePolicy"],
  ],
  "cloudwatch/eventTarget": [
    ["rule", "arn"],
    ["rule", "deadLetterConfig"],
  ],
  "apigatewayv2/integration": [["apiId", "integrationUri"]],
};

/** Inputs that name where something comes from; any other names what is used. */
const SOURCES: ReadonlySet<string> = new Set(["eventPattern", "eventBusName", "eventSourceArn"]);

/**
 * The topology that a program registered, from its resources and from which property was made of which: nothing of it
 * is drawn by hand, so that a new resource is there as soon as it is deployed.
 */
export function graphOf({ resources }: Pick<Topology, "resources">): Graph {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const custom = resources.filter((resource) => resource.custom);
  const keys = new Map(
    custom.flatMap((resource) =>
      isNode(resource) ? [[resource.urn, keyOfResource(resource)] as const] : [],
    ),
  );
  const edges = new Map<string, GraphEdge>();
  const connect = (from: string, to: string, by: string) => {
    const [a, b] = [keys.get(from), keys.get(to)];
    if (a === undefined || b === undefined || a === b) return;
    if (!edges.has(`${a}>${b}`)) edges.set(`${a}>${b}`, { from: a, to: b, by });
  };
  for (const resource of custom) {
    const { propertyDependencies: made } = resource;
    for (const [from, to] of CONNECTORS[shortType(resource.type)] ?? [])
      for (const source of made[from] ?? [])
        for (const target of made[to] ?? [])
          connect(source, target, to === "destinationConfig" ? "onFailure" : from);
  }
  const alarms = new Map<string, string[]>();
  for (const resource of custom) {
    if (!isNode(resource)) continue;
    const isAlarm = kindOf(resource.type) === "alarm";
    for (const [property, urns] of Object.entries(resource.propertyDependencies))
      for (const urn of urns) {
        // What an alarm is named after, or measures, is no traffic.
        if (property === "role" || (isAlarm && !/Actions$|^dimensions$/.test(property))) continue;
        if (isAlarm && property === "dimensions")
          alarms.set(urn, [...(alarms.get(urn) ?? []), nameOf(resource)]);
        else if (SOURCES.has(property)) connect(urn, resource.urn, property);
        else if (!edges.has(`${String(keys.get(urn))}>${String(keys.get(resource.urn))}`))
          connect(resource.urn, urn, property);
      }
  }
  for (const [user, used] of permitted(custom))
    if (!edges.has(`${String(keys.get(used))}>${String(keys.get(user))}`)) connect(user, used, "policy");

  const watched = (key: NodeKey) =>
    [...edges.values()].some(({ from, by }) => from === key && SOURCES.has(by));
  const shown = custom.filter((resource) => {
    const key = keys.get(resource.urn);
    // An alarm that only tells people is a mark on what it watches.
    return key !== undefined && (kindOf(resource.type) !== "alarm" || watched(key));
  });
  const shownKeys = new Set(shown.map((resource) => keys.get(resource.urn)));
  const others = new Map<string, number>();
  for (const { urn, type } of custom)
    if (!shownKeys.has(keys.get(urn))) others.set(type, (others.get(type) ?? 0) + 1);
  return {
    nodes: shown.map((resource) => ({
      key: keyOfResource(resource),
      kind: kindOf(resource.type) ?? shortType(resource.type).split("/").at(-1) ?? "",
      label: resource.name,
      name: nameOf(resource),
      group: groupOf(resource, byUrn),
      alarms: alarms.get(resource.urn) ?? [],
    })),
    edges: [...edges.values()].filter(({ from, to }) => shownKeys.has(from) && shownKeys.has(to)),
    others: Object.fromEntries([...others].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** A graph of what stands in a cloud that no engine has told of its program: nodes, and the edges of redriving. */
export function bareGraph(
  names: readonly { readonly kind: string; readonly name: string; readonly deadLetters?: string }[],
): Graph {
  const key = (kind: string, name: string): NodeKey => `${kind}:${name}`;
  return {
    nodes: names.map(({ kind, name }) => ({
      key: key(kind, name),
      kind,
      label: name,
      name,
      group: "",
      alarms: [],
    })),
    edges: names.flatMap(({ kind, name, deadLetters }) =>
      deadLetters === undefined
        ? []
        : [{ from: key(kind, name), to: key("queue", deadLetters), by: "redrivePolicy" }],
    ),
    others: {},
  };
}

/** Roles' policies, followed: each resource that has a role, with all that the role's policies were made of. */
function permitted(resources: readonly TopologyResource[]): (readonly [user: string, used: string])[] {
  const byRole = new Map<string, string[]>();
  for (const { type, propertyDependencies: made } of resources) {
    if (!type.startsWith("aws:iam/rolePolicy")) continue;
    for (const role of made.role ?? [])
      byRole.set(role, [...(byRole.get(role) ?? []), ...(made.policy ?? made.policyArn ?? [])]);
  }
  return resources.flatMap(({ urn, propertyDependencies: made }) =>
    (made.role ?? []).flatMap((role) => (byRole.get(role) ?? []).map((used) => [urn, used] as const)),
  );
}

/** "sqs/queue" of "aws:sqs/queue:Queue". */
function shortType(type: string): string {
  return type.split(":")[1] ?? type;
}

function kindOf(type: string): string | undefined {
  return KINDS[shortType(type)];
}

function isNode({ type }: TopologyResource): boolean {
  return kindOf(type) !== undefined || (type.startsWith("aws:") && !PLUMBING.test(type));
}

function keyOfResource(resource: TopologyResource): NodeKey {
  const kind = kindOf(resource.type);
  const byArn = resource.arn === undefined ? undefined : keyOfArn(resource.arn);
  return kind === undefined
    ? (byArn ?? `${resource.type}:${nameOf(resource)}`)
    : `${kind}:${nameOf(resource)}`;
}

/** What the cloud calls it: the last part of its id, which may be a URL or an ARN. */
function nameOf({ id, arn, name, type }: TopologyResource): string {
  if (kindOf(type) === "bus" || kindOf(type) === "rule") return (arn ?? name).split("/").at(-1) ?? name;
  return (id ?? name).split(/[/]|:(?=[^:]*$)/).at(-1) ?? name;
}

/** The outermost component around it: the child of the stack. */
function groupOf(resource: TopologyResource, byUrn: ReadonlyMap<string, TopologyResource>): string {
  let group = "";
  for (let at = resource.parent; at !== undefined;) {
    const parent = byUrn.get(at);
    if (parent?.parent === undefined) break;
    group = parent.name;
    at = parent.parent;
  }
  return group;
}

/** The node that an ARN names, by the same keys. */
export function keyOfArn(arn: string): NodeKey | undefined {
  const [, , service, , , ...rest] = arn.split(":");
  const [first = "", second = ""] = rest;
  const path = rest.join(":").split("/");
  switch (service) {
    case "sqs":
      return `queue:${first}`;
    case "sns":
      return `topic:${first}`;
    case "lambda":
      return `function:${second}`;
    case "dynamodb":
      return `table:${path[1] ?? ""}`;
    case "events":
      return path[0] === "event-bus" ? `bus:${path[1] ?? ""}` : `rule:${path.at(-1) ?? ""}`;
    case "cloudwatch":
      return `alarm:${second}`;
    case "ses":
      return `mail:${path[1] ?? ""}`;
    case "ec2":
      return path[0] === "launch-template" ? `fleet:${path[1] ?? ""}` : undefined;
    case "execute-api":
      return `api:${path[0] ?? ""}`;
    case "autoscaling":
      return `fleet:${path.at(-1) ?? ""}`;
    default:
      return undefined;
  }
}
