import { CpuScaler } from "../../../../components/cpuScaler/cpuScaler";
import { Operations } from "../../../../components/operations/operations";
import type { OperationsArgs } from "../../../../components/operations/arguments";
import { OrderPipeline } from "../../../../components/orderPipeline/orderPipeline";
import { promiseOf, recordResources, type Recorder } from "../../support/recordResources";

export const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
export const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";
export const KEY = "aws:kms/key:Key";
export const ALIAS = "aws:kms/alias:Alias";
export const TOPIC = "aws:sns/topic:Topic";
export const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
export const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

export const topicArn = "arn:aws:test:us-east-1:123456789012:operations-alarms";

interface Deployment {
  readonly recorder: Recorder;
  readonly operations: Operations;
}

/** @param whole with confirmations and a fleet; else the order pipeline alone, as its defaults make it. */
export async function deploy(
  whole: boolean,
  args: Omit<OperationsArgs, "orders" | "scaler"> = {},
  mode: "update" | "preview" = "update",
): Promise<Deployment> {
  const recorder = recordResources(mode);
  const orders = new OrderPipeline(
    "orders",
    whole ? { confirmationSender: "shop@example.com", events: true } : {},
  );
  const scaler = whole
    ? new CpuScaler("fleet", {
        amiId: "ami-0123456789abcdef0",
        instanceType: "t3.micro",
        subnetIds: ["subnet-0123abcd"],
        securityGroupIds: ["sg-0123abcd"],
      })
    : undefined;
  const operations = new Operations("operations", { orders: orders.nodes, scaler: scaler?.nodes, ...args });
  if (mode === "update") await promiseOf(operations.nodes.dashboard.id);
  await recorder.settled();
  return { recorder, operations };
}

let built: Promise<Deployment> | undefined;
/** The whole program with an address and tags: built once, for all that only look at it. */
export const wholeProgram = () =>
  (built ??= deploy(true, { alarmEmail: "ops@example.com", tags: { Team: "t" } }));

/** The alarms that `Operations` made, by the last part of their names. */
export function alarmsOf(recorder: Recorder): Map<string, Record<string, unknown>> {
  return new Map(
    recorder
      .ofType(ALARM)
      .filter(({ name }) => name.startsWith("operations-"))
      .map(({ name, inputs }) => [name.replace("operations-", ""), inputs]),
  );
}

export function documentOf(inputs: Record<string, unknown>): { Statement: Record<string, unknown>[] } {
  return JSON.parse(inputs.policy as string) as { Statement: Record<string, unknown>[] };
}

const FUNCTION_ALARMS = ["errors", "throttles", "slow"];
export const ORDER_ALARMS = [
  "orders-dead-letters",
  "orders-waiting",
  "orders-refused",
  ...FUNCTION_ALARMS.map((alarm) => `orders-process-${alarm}`),
];
export const ALL_ALARMS = [
  ...ORDER_ALARMS,
  "confirmations-waiting",
  "confirmations-failed",
  ...FUNCTION_ALARMS.map((alarm) => `orders-confirm-${alarm}`),
  "events-waiting",
  "events-failed",
  ...FUNCTION_ALARMS.map((alarm) => `orders-announce-${alarm}`),
  "fleet-at-maximum",
  "fleet-launches-refused",
  "fleet-actions-untold",
  "fleet-events-failed",
  ...FUNCTION_ALARMS.map((alarm) => `fleet-scale-${alarm}`),
];

export interface Widget {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

export function bodyOf(recorder: Recorder): { readonly widgets: readonly Widget[] } {
  const { dashboardBody } = recorder.find(DASHBOARD, "operations-dashboard").inputs;
  return JSON.parse(dashboardBody as string) as { widgets: Widget[] };
}
