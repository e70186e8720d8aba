import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { configurationKey, type AnyArgument, type ArgumentTable } from "../../components/parts/argumentTable";
import { configurationTables, readConfiguration } from "../../config";
import { configure, requireAnew, type Configuration } from "./support/program";
import { recordResources } from "./support/recordResources";
import { tableComments } from "./support/tableComments";

interface Declaration {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
}

const declared = (parse(readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, Declaration> })
  .config;
const IMAGE = "ami-0123456789abcdef0";
const PROFILE = "arn:aws:iam::123456789012:instance-profile/web";
const ROLE = "arn:aws:iam::123456789012:role/web";

function problemsOf(configuration: Configuration): string {
  recordResources();
  configure(configuration);
  try {
    readConfiguration();
  } catch (error) {
    if (error instanceof pulumi.RunError) return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** The configuration as Pulumi hands it over when a stack sets nothing: each key's default, as text. */
function declaredDefaults(): Configuration {
  return Object.fromEntries(
    Object.entries(declared).map(([key, { default: value }]) => [key, asText(value)]),
  );
}

/** A value of a YAML file as Pulumi hands it to the program. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const COMMENTS: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  orders: tableComments("components/orderPipeline/arguments.ts", "orderPipelineArguments"),
  ordersApi: new Map([
    ...tableComments("components/orderApi/arguments.ts", "orderApiArguments"),
    ...tableComments("config.ts", "apiArguments"),
  ]),
  scaler: new Map([
    ...tableComments("components/cpuScaler/arguments.ts", "cpuScalerArguments"),
    ...tableComments("components/cpuScaler/privateNetworkArguments.ts", "privateNetworkArguments"),
    ...tableComments("config.ts", "scalerArguments"),
  ]),
  "": tableComments("components/operations/arguments.ts", "operationsArguments"),
};

/** What `Pulumi.yaml` must say of each key, by the tables of arguments. */
function declarationsOf(tables: Readonly<Record<string, ArgumentTable>>) {
  return Object.fromEntries(
    Object.entries(tables).flatMap(([prefix, table]) =>
      Object.entries(table).map(([name, argument]) => {
        const [sentence = ""] = /^.*?(?=\.( |$))/.exec(COMMENTS[prefix]?.get(name) ?? "") ?? [];
        expect(sentence, `${name}: a comment that describes it`).not.to.equal("");
        const { limits } = argument.rule;
        const begins = `${sentence}${limits === undefined ? "" : `, ${limits}`}.`;
        return [configurationKey(prefix, name, argument), { ...typeAndDefault(argument), begins }] as const;
      }),
    ),
  );
}

/** Pulumi knows no type for a number with decimals, and none for a number that may be left out: both are texts. */
function typeAndDefault({ rule, ...argument }: AnyArgument) {
  if (rule.expected.startsWith("a list of ")) return { type: "array", byDefault: [] };
  const byDefault = argument.default ?? "";
  if (Number.isInteger(byDefault)) return { type: "integer", byDefault };
  if (typeof byDefault === "boolean") return { type: "boolean", byDefault };
  return { type: "string", byDefault: typeof byDefault === "number" ? String(byDefault) : byDefault };
}

describe("the configuration", () => {
  it("declares exactly the components' arguments, with their defaults and descriptions", () => {
    const expected = declarationsOf(configurationTables);
    expect(Object.keys(declared)).to.have.members(Object.keys(expected));
    for (const [key, { type, byDefault, begins }] of Object.entries(expected)) {
      const { description = "", ...declaration } = declared[key] ?? {};
      expect(declaration, key).to.deep.include({ type, default: byDefault });
      expect(description.slice(0, begins.length), key).to.equal(begins);
    }
  });

  it("is valid with the declared defaults, and then has no scaler and no confirmations", () => {
    recordResources();
    configure(declaredDefaults());
    const { orders, scaler } = readConfiguration();
    expect(scaler).to.equal(undefined);
    expect(orders.confirmationSender).to.equal(undefined);
    expect(orders.reservedConcurrency).to.equal(undefined);
    expect(orders).to.include({
      batchSize: 10,
      deletionProtection: true,
      protectData: false,
      logRetentionDays: 30,
    });
  });

  it("is valid in every stack of the project", () => {
    const stacks = readdirSync(".").filter((file) => /^Pulumi\..+\.yaml$/.test(file));
    expect(stacks).to.include("Pulumi.dev.yaml");
    for (const stack of stacks) {
      const { config } = parse(readFileSync(stack, "utf8")) as { config: Record<string, unknown> };
      const own: Record<string, string> = {};
      for (const [key, value] of Object.entries(config)) {
        const [namespace, name = ""] = key.split(":");
        if (namespace !== "event-driven-aws") continue;
        expect(declared, `${stack}: ${name}`).to.have.property(name);
        own[name] = asText(value);
      }
      recordResources();
      configure({ ...declaredDefaults(), ...own });
      expect(() => readConfiguration(), stack).not.to.throw();
    }
  });

  it("reads texts, numbers, booleans and lists", () => {
    recordResources();
    configure({
      scalerAmiSsmParameter: "/images/web",
      scalerMetric: "InstanceType",
      scalerInstanceType: "m7g.large",
      scalerSubnetIds: '["subnet-0123abcd"]',
      scalerSecurityGroupIds: '["sg-0123abcd"]',
      scalerPaused: "true",
      scalerTolerance: "0.25",
      logRetentionDays: "14",
    });
    expect(readConfiguration().scaler).to.deep.include({
      amiSsmParameter: "/images/web",
      instanceType: "m7g.large",
      metric: { kind: "dimensions", dimensions: { InstanceType: "m7g.large" } },
      subnetIds: ["subnet-0123abcd"],
      securityGroupIds: ["sg-0123abcd"],
      paused: true,
      tolerance: 0.25,
      logRetentionDays: 14,
    });
    const KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000";
    configure({
      scalerAmiId: IMAGE,
      scalerInstanceProfileArn: PROFILE,
      scalerInstanceRoleArn: ROLE,
      scalerVolumeKmsKeyArn: KEY,
    });
    expect(readConfiguration().scaler).to.deep.include({
      instanceProfile: { arn: PROFILE, roleArn: ROLE },
      volumeKmsKeyArn: KEY,
    });
    configure({ scalerAmiId: IMAGE });
    expect(readConfiguration().scaler).to.include({ instanceProfile: undefined, volumeKmsKeyArn: undefined });
    const wakeMetric = { namespace: "Shop", name: "Backlog", dimensions: {}, above: 2.5 };
    configure({
      scalerAmiId: IMAGE,
      scalerMinInstances: "0",
      scalerWakeMetric: JSON.stringify(wakeMetric),
    });
    expect(readConfiguration().scaler).to.deep.include({ minInstances: 0, wakeMetric });
    configure({ scalerAmiId: IMAGE, scalerMetric: "FleetTag" });
    expect(readConfiguration().scaler?.metric).to.deep.equal({ kind: "fleetTag" });
  });

  const bad: [Configuration, string][] = [
    [
      { ordersBatchSize: "many" },
      'ordersBatchSize: got "many"; expected an integer from 1 to 10,000 messages',
    ],
    [{ ordersBatchSize: "1.5" }, 'ordersBatchSize: got "1.5"; expected an integer'],
    [{ ordersBatchSize: "20" }, "ordersBatchSize: got 20 with a batching window of 0 seconds"],
    [
      { ordersReservedConcurrency: "5" },
      "ordersReservedConcurrency: got 5; expected at least maximumConcurrency, 10",
    ],
    [{ deletionProtection: "yes" }, 'deletionProtection: got "yes"; expected true or false'],
    [{ confirmationSender: "shop" }, 'confirmationSender: got "shop"; expected an e-mail address'],
    [{ logRetentionDays: "31" }, 'logRetentionDays: got "31"; expected one of 1, 3'],
    [{ scalerAmiId: "latest" }, 'scalerAmiId: got "latest"; expected an AMI id'],
    [{ scalerAmiId: IMAGE, scalerAmiSsmParameter: "/p", scalerMetric: "FleetTag" }, "scalerAmiId: got both"],
    [{ scalerAmiSsmParameter: "/p" }, 'scalerMetric: got "ImageId"; expected InstanceType or FleetTag'],
    [
      { scalerAmiId: IMAGE, scalerMetric: "Cpu" },
      'scalerMetric: got "Cpu"; expected one of ImageId, InstanceType, FleetTag',
    ],
    [
      { scalerAmiId: IMAGE, scalerMinInstances: "5" },
      "scalerMaxInstances: got 4; expected at least minInstances, 5",
    ],
    [
      { scalerAmiId: IMAGE, scalerAlarmCpuPercent: "50" },
      "scalerAlarmCpuPercent: got 50; expected at least targetCpuPercent, 60",
    ],
    [
      { scalerAmiId: IMAGE, scalerTargetCpuPercent: "90", scalerAlarmCpuPercent: "95" },
      "scalerTargetCpuPercent: got 90 with a tolerance of 0.1",
    ],
    [
      { scalerAmiId: IMAGE, scalerReserveInstances: "5" },
      "scalerReserveInstances: got 5; expected at most maxInstances, 4",
    ],
    [
      { scalerAmiId: IMAGE, scalerReserveInstances: "-1" },
      'scalerReserveInstances: got "-1"; expected an integer from 0 to 1,000 instances',
    ],
    [
      { scalerAmiId: IMAGE, scalerMinInstances: "0" },
      "scalerMinInstances: got 0 without a wakeMetric or a schedule; expected at least 1",
    ],
    [
      {
        scalerAmiId: IMAGE,
        scalerSchedule: '[{"cron":"0 8 * * *","min":1,"max":2},{"cron":"61 8 * * *","min":1,"max":2}]',
      },
      'scalerSchedule: [1].cron: got "61 8 * * *"; expected five fields',
    ],
    [
      { scalerAmiId: IMAGE, scalerSchedule: "0 8 * * *" },
      'scalerSchedule: got "0 8 * * *"; expected a schedule of 1 to 50 entries',
    ],
    [
      { scalerAmiId: IMAGE, scalerWakeMetric: '{"namespace":"AWS/SQS"}' },
      'scalerWakeMetric: got "{\\"namespace\\":\\"AWS/SQS\\"}"; expected a metric like {"namespace":"AWS/SQS"',
    ],
    [
      { scalerAmiId: IMAGE, scalerInstanceProfileArn: PROFILE },
      "scalerInstanceRoleArn: not set; expected both",
    ],
    [{ scalerAmiId: IMAGE, scalerInstanceRoleArn: ROLE }, "scalerInstanceProfileArn: not set; expected both"],
    [
      { scalerAmiId: IMAGE, scalerVolumeKmsKeyArn: "alias/aws/ebs" },
      'scalerVolumeKmsKeyArn: got "alias/aws/ebs"; expected the ARN of a KMS key',
    ],
    [{ scalerAmiId: IMAGE, scalerSubnetIds: '["subnet-0123abcd"]' }, "scalerSubnetIds: got one of"],
    [
      { scalerAmiId: IMAGE, scalerNetwork: "mine" },
      'scalerNetwork: got "mine"; expected one of default, private',
    ],
    [
      {
        scalerAmiId: IMAGE,
        scalerNetwork: "private",
        scalerSubnetIds: '["subnet-0123abcd"]',
        scalerSecurityGroupIds: '["sg-0123abcd"]',
      },
      "scalerSubnetIds: got a value with scalerNetwork private",
    ],
    [
      { scalerAmiId: IMAGE, scalerNetwork: "private", scalerPublicIp: "true" },
      "scalerPublicIp: got true with scalerNetwork private",
    ],
    [
      { scalerAmiId: IMAGE, scalerNetwork: "private", scalerNetworkCidr: "8.0.0.0/16" },
      'scalerNetworkCidr: got "8.0.0.0/16"; expected a private IPv4 range',
    ],
    [
      { scalerAmiId: IMAGE, scalerNetworkEgress: "none" },
      'scalerNetworkEgress: got "none" without scalerNetwork private',
    ],
    [
      { scalerAmiId: IMAGE, scalerNetwork: "default", scalerNetworkZones: "3" },
      "scalerNetworkZones: got 3 without scalerNetwork private",
    ],
    [
      { scalerAmiId: IMAGE, scalerNetworkCidr: "10.1.0.0/16" },
      'scalerNetworkCidr: got "10.1.0.0/16" without scalerNetwork private',
    ],
    [
      { scalerAmiId: IMAGE, scalerNetworkEgress: "endpoints", scalerNetworkEndpoints: '["ssm"]' },
      'scalerNetworkEndpoints: got ["ssm"] without scalerNetwork private',
    ],
    [
      { scalerAmiId: IMAGE, scalerNetwork: "private", scalerNetworkEndpoints: '["ssm"]' },
      "scalerNetworkEndpoints: got a list without scalerNetworkEgress",
    ],
    [
      { scalerAmiId: IMAGE, scalerSubnetIds: '["net"]' },
      'scalerSubnetIds: got "[\\"net\\"]"; expected a list of at least 1',
    ],
  ];
  for (const [configuration, problem] of bad) {
    it(`refuses ${JSON.stringify(configuration)}`, () => {
      expect(problemsOf(configuration)).to.contain(`  event-driven-aws:${problem}`);
    });
  }

  it("takes the private network's defaults for no wish of anybody's: Pulumi hands them over like values", () => {
    configure({ ...declaredDefaults(), scalerAmiId: IMAGE });
    expect(readConfiguration().scaler).to.include({ privateNetwork: undefined });
  });

  it("reports every bad key in one error, and what to do", () => {
    const message = problemsOf({
      ordersBatchSize: "0",
      ordersTimeoutSeconds: "soon",
      scalerAmiId: IMAGE,
      scalerMaxStep: "99",
    });
    expect(message.split("\n")).to.deep.equal([
      "The configuration of stack test is not valid:",
      '  event-driven-aws:ordersBatchSize: got "0"; expected an integer from 1 to 10,000 messages',
      '  event-driven-aws:ordersTimeoutSeconds: got "soon"; expected an integer from 10 to 900 seconds',
      '  event-driven-aws:scalerMaxStep: got "99"; expected an integer from 1 to 50 instances',
      "Set each with: pulumi config set KEY VALUE --stack test",
    ]);
  });

  it("says how a list is set, which `config set KEY VALUE` cannot", () => {
    const message = problemsOf({ scalerAmiId: IMAGE, scalerSubnetIds: "subnet-0123abcd" });
    expect(message.split("\n").at(-1)).to.equal(
      "The items of a list with: pulumi config set --path 'scalerSubnetIds[0]' VALUE --stack test",
    );
  });

  it("refuses a key that nobody reads, beside every other mistake, and proposes the nearest", () => {
    const message = problemsOf({ ordersBatchSze: "5", entirelyDifferent: "1", ordersTimeoutSeconds: "soon" });
    expect(message.split("\n").slice(1, -1)).to.deep.equal([
      '  event-driven-aws:ordersTimeoutSeconds: got "soon"; expected an integer from 10 to 900 seconds',
      "  event-driven-aws:ordersBatchSze: not declared in Pulumi.yaml; did you mean event-driven-aws:ordersBatchSize?",
      "  event-driven-aws:entirelyDifferent: not declared in Pulumi.yaml",
    ]);
  });

  it("shows no secret value", () => {
    const before = process.env.PULUMI_CONFIG_SECRET_KEYS;
    process.env.PULUMI_CONFIG_SECRET_KEYS = '["event-driven-aws:confirmationSender"]';
    try {
      const message = problemsOf({ confirmationSender: "hush" });
      expect(message)
        .to.contain("confirmationSender: got a secret value; expected an e-mail address")
        .and.not.to.contain("hush");
    } finally {
      if (before === undefined) delete process.env.PULUMI_CONFIG_SECRET_KEYS;
      else process.env.PULUMI_CONFIG_SECRET_KEYS = before;
    }
  });

  it("fails the program before any resource is registered", () => {
    const recorder = recordResources();
    configure({ ordersBatchSize: "0" });
    expect(() => requireAnew("index")).to.throw(pulumi.RunError, "ordersBatchSize");
    expect(recorder.resources).to.deep.equal([]);
  });
});
