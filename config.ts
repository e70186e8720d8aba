import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import type { CpuScalerArgs } from "./components/cpuScaler/arguments";
import {
  alarmProblem,
  cpuScalerDefaults,
  cpuScalerRules,
  imageProblem,
  maximumProblem,
  targetProblem,
} from "./components/cpuScaler/arguments";
import { operationsRules, type OperationsArgs } from "./components/operations/arguments";
import {
  orderPipelineDefaults,
  orderPipelineRules,
  reservationProblem,
  windowProblem,
  type OrderPipelineArgs,
} from "./components/orderPipeline/arguments";
import { oneOf, type Rule } from "./components/parts/arguments";

/** What a stack's configuration says, checked. `Pulumi.yaml` describes each key. */
export interface StackConfiguration {
  readonly orders: OrderPipelineArgs;
  /** Undefined when the stack names no image: it then has no scaler. */
  readonly scaler: ScalerConfiguration | undefined;
  readonly operations: Omit<OperationsArgs, "orders" | "scaler">;
}

/** The scaler's arguments; without subnets and security groups, it lives in the account's default network. */
export type ScalerConfiguration = Omit<CpuScalerArgs, "subnetIds" | "securityGroupIds"> & {
  readonly subnetIds: readonly string[] | undefined;
  readonly securityGroupIds: readonly string[] | undefined;
};

/**
 * Reads and checks the whole configuration of the stack. What is not set is undefined: the components know the
 * defaults.
 *
 * @throws pulumi.RunError that lists every bad key, its value and what was expected.
 */
export function readConfiguration(): StackConfiguration {
  const reader = new ConfigurationReader(new pulumi.Config());
  const { logRetentionDays } = reader.section("", { logRetentionDays: orderPipelineRules.logRetentionDays });
  const configuration = {
    orders: { ...readOrders(reader), logRetentionDays },
    scaler: readScaler(reader, logRetentionDays),
    operations: reader.section("", operationsRules),
  };
  reader.rejectUnread();
  reader.throwIfAnyProblem();
  return configuration;
}

function readOrders(reader: ConfigurationReader): OrderPipelineArgs {
  const { confirmationSender, confirmationIdentityArn, deletionProtection, protectData, ...rules } =
    orderPipelineRules;
  const { logRetentionDays: _, ...sized } = rules;
  const orders = {
    ...reader.section("orders", sized),
    ...reader.section("", { confirmationSender, confirmationIdentityArn, deletionProtection, protectData }),
  };
  const { batchSize, batchingWindowSeconds, maximumConcurrency } = {
    ...orderPipelineDefaults,
    ...defined(orders),
  };
  reader.reject("ordersBatchSize", windowProblem(batchSize, batchingWindowSeconds));
  if (orders.reservedConcurrency !== undefined) {
    reader.reject(
      "ordersReservedConcurrency",
      reservationProblem(orders.reservedConcurrency, maximumConcurrency),
    );
  }
  return orders;
}

const SCALER_METRICS = ["ImageId", "InstanceType", "FleetTag"] as const;

function readScaler(
  reader: ConfigurationReader,
  logRetentionDays: number | undefined,
): ScalerConfiguration | undefined {
  const { logRetentionDays: _retention, ...rules } = cpuScalerRules;
  const scaler = reader.section("scaler", { ...rules, metric: oneOf(SCALER_METRICS) });
  const { amiId, amiSsmParameter, instanceType = "t3.micro", metric = "ImageId", ...sizes } = scaler;
  const { minInstances, maxInstances, tolerance, targetCpuPercent, alarmCpuPercent } = {
    ...cpuScalerDefaults,
    ...defined(sizes),
  };
  reader.reject("scalerMaxInstances", maximumProblem(maxInstances, minInstances));
  reader.reject("scalerTargetCpuPercent", targetProblem(targetCpuPercent, tolerance));
  reader.reject("scalerAlarmCpuPercent", alarmProblem(alarmCpuPercent, targetCpuPercent));
  if (amiId === undefined && amiSsmParameter === undefined) return undefined;

  reader.reject("scalerAmiId", imageProblem(amiId, amiSsmParameter)?.reason);
  if (amiSsmParameter !== undefined && metric === "ImageId") {
    const reason =
      "expected InstanceType or FleetTag with scalerAmiSsmParameter: the image's id is not known beforehand";
    reader.reject("scalerMetric", `got "ImageId"; ${reason}`);
  }
  if ((sizes.subnetIds === undefined) !== (sizes.securityGroupIds === undefined)) {
    reader.reject(
      "scalerSubnetIds",
      "got one of scalerSubnetIds and scalerSecurityGroupIds; expected both, or neither",
    );
  }
  return {
    ...sizes,
    amiId,
    amiSsmParameter,
    instanceType,
    logRetentionDays,
    metric: metricOf(metric, instanceType),
  };
}

function metricOf(metric: (typeof SCALER_METRICS)[number], instanceType: string): CpuScalerArgs["metric"] {
  switch (metric) {
    case "ImageId":
      return undefined;
    case "InstanceType":
      return { kind: "dimensions", dimensions: { InstanceType: instanceType } };
    case "FleetTag":
      return { kind: "fleetTag" };
  }
}

type Values<Rules> = {
  readonly [Name in keyof Rules]: Rules[Name] extends Rule<infer T> ? T | undefined : never;
};

/** Reads keys and remembers what is wrong with them, so that one run shows every mistake. */
class ConfigurationReader {
  readonly #config: pulumi.Config;
  readonly #problems = new Map<string, string>();
  readonly #read = new Set<string>();

  constructor(config: pulumi.Config) {
    this.#config = config;
  }

  /** A value for each rule, from the key of its name after the prefix: "orders" and "batchSize": "ordersBatchSize". */
  section<Rules extends Readonly<Record<string, Rule<unknown>>>>(
    prefix: string,
    rules: Rules,
  ): Values<Rules> {
    return Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [name, this.#value(keyOf(prefix, name), rule)]),
    ) as Values<Rules>;
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
      const meant = closest(key, [...this.#read]);
      // A third of the letters may differ: beyond that a proposal misleads more than it helps.
      const near = distance(key, meant) <= Math.max(1, key.length / 3);
      this.reject(key, `not declared in Pulumi.yaml${near ? `; did you mean ${name}:${meant}?` : ""}`);
    }
  }

  throwIfAnyProblem(): void {
    if (this.#problems.size === 0) return;
    const stack = pulumi.getStack();
    throw new pulumi.RunError(
      [
        `The configuration of stack ${stack} is not valid:`,
        ...[...this.#problems].map(([key, problem]) => `  ${this.#config.name}:${key}: ${problem}`),
        `Set each with: pulumi config set KEY VALUE --stack ${stack}`,
      ].join("\n"),
    );
  }

  /** The key's value; undefined when it is not set, empty, or bad. */
  #value(key: string, rule: Rule<unknown>): unknown {
    this.#read.add(key);
    const given = this.#config.get(key);
    // Pulumi asks for every declared key, so an empty text or list is how one is left out.
    if (given === undefined || given === "" || given === "[]") return undefined;
    const value = [given, parseJson(given)].find((candidate) => rule.accepts(candidate));
    if (value === undefined) {
      const secret = secretKeys().includes(`${this.#config.name}:${key}`);
      this.reject(key, `got ${secret ? "a secret value" : JSON.stringify(given)}; expected ${rule.expected}`);
    }
    return value;
  }
}

function keyOf(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Without the members that are undefined, so that defaults can stand in for them. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
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
