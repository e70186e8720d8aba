import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import {
  cpuScalerArguments,
  INSTANCE_PROFILE_ARN,
  ROLE_ARN,
  type CpuScalerArgs,
} from "./components/cpuScaler/arguments";
import { cpuScalerRelations, imageProblem } from "./components/cpuScaler/checkArguments";
import {
  privateNetworkArguments,
  type PrivateNetworkArgs,
} from "./components/cpuScaler/privateNetworkArguments";
import { operationsArguments, type OperationsArgs } from "./components/operations/arguments";
import { jwtProblem, orderApiArguments, type OrderApiArgs } from "./components/orderApi/arguments";
import {
  orderPipelineArguments,
  orderPipelineRelations,
  type OrderPipelineArgs,
} from "./components/orderPipeline/arguments";
import { boolean, oneOf, type Rule } from "./components/parts/arguments";
import {
  configurationKey,
  defaulted,
  optional,
  type ArgumentTable,
  type Relation,
  type ValuesOf,
} from "./components/parts/argumentTable";
import { shown } from "./components/parts/shown";

/** What a stack's configuration says, checked. `Pulumi.yaml` describes each key. */
export interface StackConfiguration {
  readonly orders: OrderPipelineArgs;
  /** Undefined when the stack has no order API. */
  readonly api: Omit<OrderApiArgs, "orders"> | undefined;
  /** Undefined when the stack names no image: it then has no scaler. */
  readonly scaler:
    | (Omit<CpuScalerArgs, "subnetIds" | "securityGroupIds"> & {
        /** Without subnets and security groups, the fleet lives in the account's default network. */
        readonly subnetIds: readonly string[] | undefined;
        readonly securityGroupIds: readonly string[] | undefined;
        /** Given where the fleet is to have a network of its own. */
        readonly privateNetwork: PrivateNetworkArgs | undefined;
      })
    | undefined;
  readonly operations: Omit<OperationsArgs, "orders" | "scaler">;
}

const scalerArguments = {
  ...cpuScalerArguments,
  /** The type of the fleet's instances. */
  instanceType: defaulted("t3.micro", cpuScalerArguments.instanceType.rule),
  /**
   * What the CPU is measured over: ImageId or InstanceType (every instance of the account with the same one), or
   * FleetTag (exactly this fleet; needs the account's opt-in to tags on telemetry).
   */
  metric: defaulted("ImageId", oneOf(["ImageId", "InstanceType", "FleetTag"] as const)),
  /** What instances may do in AWS: the ARN of their instance profile. */
  instanceProfileArn: optional(INSTANCE_PROFILE_ARN),
  /** The ARN of the role in the instance profile. */
  instanceRoleArn: optional(ROLE_ARN),
  /**
   * The network that the fleet lives in: default (the account's default VPC) or private (one of its own). Instances in
   * the former have public addresses, by which nothing comes in; in the latter they have none.
   */
  network: defaulted("default", oneOf(["default", "private"] as const)),
  ...privateNetworkArguments,
  subnetIds: optional(cpuScalerArguments.subnetIds.rule),
  securityGroupIds: optional(cpuScalerArguments.securityGroupIds.rule),
};

const apiArguments = {
  /** Whether orders are taken over HTTP too. */
  enabled: defaulted(false, boolean, { key: "ordersApi" }),
  ...orderApiArguments,
};

/** The tables that the configuration's keys come from, by the prefix of their keys. */
export const configurationTables = {
  orders: orderPipelineArguments,
  ordersApi: apiArguments,
  scaler: scalerArguments,
  "": operationsArguments,
} as const;

/**
 * Reads and checks the whole configuration of the stack. What is not set is undefined: the components know the
 * defaults.
 *
 * @throws pulumi.RunError that lists every bad key, its value and what was expected.
 */
export function readConfiguration(): StackConfiguration {
  const reader = new ConfigurationReader(new pulumi.Config());
  const configuration = {
    orders: reader.section("orders", orderPipelineRelations),
    api: readApi(reader),
    scaler: readScaler(reader),
    operations: reader.section("", []),
  };
  reader.rejectUnread();
  reader.throwIfAnyProblem();
  return configuration;
}

function readApi(reader: ConfigurationReader): StackConfiguration["api"] {
  const { enabled = false, ...api } = reader.section("ordersApi", []);
  const { jwtIssuer, jwtAudiences } = api;
  reader.reject(
    jwtIssuer === undefined ? "ordersApiJwtIssuer" : "ordersApiJwtAudiences",
    jwtProblem(jwtIssuer, jwtAudiences),
  );
  return enabled ? api : undefined;
}

function readScaler(reader: ConfigurationReader): StackConfiguration["scaler"] {
  const {
    metric = "ImageId",
    instanceProfileArn: arn,
    instanceRoleArn: roleArn,
    network = "default",
    networkCidr,
    networkZones,
    networkEgress,
    networkEndpoints,
    ...scaler
  } = reader.section("scaler", cpuScalerRelations);
  const { amiId, amiSsmParameter, instanceType = scalerArguments.instanceType.default } = scaler;
  if (amiId === undefined && amiSsmParameter === undefined) return undefined;

  reader.reject("scalerAmiId", imageProblem(amiId, amiSsmParameter));
  if (amiSsmParameter !== undefined && metric === "ImageId") {
    const reason =
      "expected InstanceType or FleetTag with scalerAmiSsmParameter: the image's id is not known beforehand";
    reader.reject("scalerMetric", `got "ImageId"; ${reason}`);
  }
  if ((scaler.subnetIds === undefined) !== (scaler.securityGroupIds === undefined)) {
    reader.reject(
      "scalerSubnetIds",
      "got one of scalerSubnetIds and scalerSecurityGroupIds; expected both, or neither",
    );
  }
  const ownNetwork = { networkCidr, networkZones, networkEgress, networkEndpoints };
  if (network === "private") {
    for (const name of ["subnetIds", "securityGroupIds"] as const) {
      if (scaler[name] === undefined) continue;
      const key = configurationKey("scaler", name, {});
      reader.reject(key, "got a value with scalerNetwork private; expected one of the two networks");
    }
    if (scaler.publicIp === true)
      reader.reject(
        "scalerPublicIp",
        "got true with scalerNetwork private; expected false, because nothing leads there from the internet",
      );
  }
  if (network !== "private") {
    for (const name of ["networkCidr", "networkZones", "networkEgress", "networkEndpoints"] as const) {
      const value = ownNetwork[name];
      // Pulumi hands a default over like a value: only another one is somebody's wish.
      if (value === undefined || value === privateNetworkArguments[name].default) continue;
      const key = configurationKey("scaler", name, {});
      reader.reject(
        key,
        `got ${shown(value)} without scalerNetwork private; expected that network, or no value`,
      );
    }
  }
  if (networkEndpoints !== undefined && networkEgress !== "endpoints")
    reader.reject(
      "scalerNetworkEndpoints",
      'got a list without scalerNetworkEgress "endpoints"; expected both, or neither',
    );
  if ((arn === undefined) !== (roleArn === undefined)) {
    reader.reject(
      arn === undefined ? "scalerInstanceProfileArn" : "scalerInstanceRoleArn",
      "not set; expected both of scalerInstanceProfileArn and scalerInstanceRoleArn, or neither: the function may pass that role alone",
    );
  }
  const instanceProfile = arn !== undefined && roleArn !== undefined ? { arn, roleArn } : undefined;
  const privateNetwork = network === "private" ? ownNetwork : undefined;
  return { ...scaler, privateNetwork, instanceType, metric: metricOf(metric, instanceType), instanceProfile };
}

function metricOf(
  metric: (typeof scalerArguments.metric)["default"],
  instanceType: string,
): CpuScalerArgs["metric"] {
  switch (metric) {
    case "ImageId":
      return undefined;
    case "InstanceType":
      return { kind: "dimensions", dimensions: { InstanceType: instanceType } };
    case "FleetTag":
      return { kind: "fleetTag" };
  }
}

/** No declared key is half as long; what else stands there need not be shown to its end. */
const LONGEST_KEY = 100;

/** Reads keys and remembers what is wrong with them, so that one run shows every mistake. */
class ConfigurationReader {
  readonly #config: pulumi.Config;
  readonly #problems = new Map<string, string>();
  readonly #read = new Set<string>();
  /** Keys whose values are lists. */
  readonly #lists = new Set<string>();

  constructor(config: pulumi.Config) {
    this.#config = config;
  }

  /** A value for each argument of a table; what must hold between them is checked with the defaults. */
  section<Prefix extends keyof typeof configurationTables>(
    prefix: Prefix,
    relations: readonly Relation[],
  ): ValuesOf<(typeof configurationTables)[Prefix]> {
    const table: ArgumentTable = configurationTables[prefix];
    const values = new Map(
      Object.entries(table).map(([name, argument]) => [
        name,
        this.#value(configurationKey(prefix, name, argument), argument.rule),
      ]),
    );
    for (const { name, others, problem, unless } of relations) {
      if (unless.some((other) => values.get(other) !== undefined)) continue;
      const inputs = [name, ...others].map((member) => values.get(member) ?? table[member]?.default);
      if (inputs.includes(undefined)) continue;
      const [value, ...rest] = inputs;
      this.reject(configurationKey(prefix, name, table[name] ?? {}), problem(value, ...rest));
    }
    return Object.fromEntries(values) as ValuesOf<(typeof configurationTables)[Prefix]>;
  }

  /** Records what is wrong between keys; the first problem of a key is the one that is shown. */
  reject(key: string, problem: string | undefined): void {
    if (problem !== undefined && !this.#problems.has(key)) this.#problems.set(key, problem);
  }

  /** Records every key of the project that nothing has read: nobody would notice that it has no effect. */
  rejectUnread(): void {
    const { name } = this.#config;
    for (const fullKey of Object.keys(pulumi.runtime.allConfig())) {
      const key = fullKey.slice(name.length + 1);
      if (!fullKey.startsWith(`${name}:`) || this.#read.has(key)) continue;
      const meant = closest(key.slice(0, LONGEST_KEY), [...this.#read]);
      // A third of the letters may differ: beyond that a proposal misleads more than it helps.
      const near = key.length <= LONGEST_KEY && distance(key, meant) <= Math.max(1, key.length / 3);
      this.reject(key, `not declared in Pulumi.yaml${near ? `; did you mean ${name}:${meant}?` : ""}`);
    }
  }

  throwIfAnyProblem(): void {
    if (this.#problems.size === 0) return;
    const stack = pulumi.getStack();
    const list = [...this.#problems.keys()].find((key) => this.#lists.has(key));
    throw new pulumi.RunError(
      [
        `The configuration of stack ${stack} is not valid:`,
        ...[...this.#problems].map(
          ([key, problem]) => `  ${this.#config.name}:${key.slice(0, LONGEST_KEY)}: ${problem}`,
        ),
        `Set each with: pulumi config set KEY VALUE --stack ${stack}`,
        // `config set` takes a list item by item.
        ...(list === undefined
          ? []
          : [`The items of a list with: pulumi config set --path '${list}[0]' VALUE --stack ${stack}`]),
      ].join("\n"),
    );
  }

  /** The key's value; undefined when it is not set, empty, or bad. */
  #value(key: string, rule: Rule<unknown>): unknown {
    this.#read.add(key);
    if (rule.isList === true) this.#lists.add(key);
    const given = this.#config.get(key);
    // Pulumi asks for every declared key, so an empty text or list is how one is left out.
    if (given === undefined || given === "" || given === "[]") return undefined;
    const value = [given, parseJson(given)].find((candidate) => rule.accepts(candidate));
    if (value === undefined) {
      const secret = secretKeys().includes(`${this.#config.name}:${key}`);
      this.reject(key, `got ${secret ? "a secret value" : shown(given)}; expected ${rule.expected}`);
    }
    return value;
  }
}

/** Configuration comes as text; numbers, booleans and lists are JSON in it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The full keys whose values are secrets, as the engine tells the program. */
function secretKeys(): readonly string[] {
  return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
}
