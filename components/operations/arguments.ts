import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CpuScaler } from "../cpuScaler/cpuScaler";
import type { OrderApi } from "../orderApi/orderApi";
import type { OrderPipeline } from "../orderPipeline/orderPipeline";
import type { AlarmTopicTransforms } from "../parts/alarmTopic";
import { ArgumentChecks, EMAIL_ADDRESS, integer, KMS_KEY_ARN } from "../parts/arguments";
import { checkTable, defaulted, optional, type ArgumentsOf, type Checked } from "../parts/argumentTable";
import type { Transform } from "../parts/resources";

/** What of the operations is a matter of configuration. */
export const operationsArguments = {
  /** Who is told of alarms, by e-mail. By default nobody, until somebody subscribes to the topic. */
  alarmEmail: optional(EMAIL_ADDRESS),
  /**
   * The KMS key of queues, tables, logs, topics and functions' environments. By default the services' own; see
   * docs/OPERATIONS.md for what its policy must allow.
   */
  encryptionKeyArn: optional(KMS_KEY_ARN, { key: "encryptionKeyArn" }),
  /** How long an order may wait before an alarm is raised. */
  oldestOrderSeconds: defaulted(300, integer(60, 86_400, "seconds")),
  // The stream's mapping gives up on a confirmation after six hours.
  /** How long a confirmation may wait before an alarm is raised. */
  oldestConfirmationSeconds: defaulted(900, integer(60, 21_600, "seconds")),
  /** How many orders refused within five minutes raise an alarm. */
  refusedOrders: defaulted(10, integer(1, 1_000_000, "orders")),
};

/** Rules, defaults, units: `operationsArguments`. */
export interface OperationsArgs extends ArgumentsOf<typeof operationsArguments> {
  /** The resources of the order pipeline to watch: `orders.nodes`. */
  readonly orders: OrderPipeline["nodes"];
  /** The resources of the order API to watch: `orderApi.nodes`; by default there is none. */
  readonly orderApi?: OrderApi["nodes"] | undefined;
  /** The resources of the fleet's scaler to watch: `scaler.nodes`; by default there is none. */
  readonly scaler?: CpuScaler["nodes"] | undefined;
  /** Put on every resource that takes tags. */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Changes to single children; see `Transform`. */
  readonly transform?: OperationsTransforms | undefined;
}

export interface OperationsTransforms {
  readonly topic?: AlarmTopicTransforms;
  /** Of every alarm; its `name` in the arguments tells which one. */
  readonly alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
  readonly dashboard?: Transform<aws.cloudwatch.DashboardArgs>;
}

/**
 * The arguments with defaults filled in, Outputs among them still to be checked when they resolve.
 *
 * @param component how the error calls the component.
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export function checkOperationsArgs(
  component: string,
  args: OperationsArgs,
): Checked<typeof operationsArguments> {
  const checks = new ArgumentChecks(component);
  const checked = checkTable(checks, operationsArguments, args);
  checks.throwIfAny();
  return checked;
}
