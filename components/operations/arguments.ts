import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CpuScaler } from "../cpuScaler/cpuScaler";
import type { OrderPipeline } from "../orderPipeline/orderPipeline";
import { orderPipelineRules } from "../orderPipeline/arguments";
import type { AlarmTopicTransforms } from "../parts/alarmTopic";
import { ArgumentChecks, integer } from "../parts/arguments";
import type { Transform } from "../parts/transform";

/** Every number has the default and the limits that `operationsDefaults` and `operationsRules` state. */
export interface OperationsArgs {
  /** The resources of the order pipeline to watch: `orders.nodes`. */
  readonly orders: OrderPipeline["nodes"];
  /** The resources of the fleet's scaler to watch: `scaler.nodes`; by default there is none. */
  readonly scaler?: CpuScaler["nodes"] | undefined;
  /** Who is told of alarms, by e-mail; by default nobody, until somebody subscribes to the topic. */
  readonly alarmEmail?: pulumi.Input<string> | undefined;
  /** An order that waits longer raises an alarm: 60 to 86,400 seconds; 300 by default. */
  readonly oldestOrderSeconds?: pulumi.Input<number> | undefined;
  /** A confirmation that waits longer raises an alarm: 60 to 21,600 seconds; 900 by default. */
  readonly oldestConfirmationSeconds?: pulumi.Input<number> | undefined;
  /** This many orders rejected within five minutes raise an alarm: 1 to 1,000,000; 10 by default. */
  readonly rejectedOrders?: pulumi.Input<number> | undefined;
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

export const operationsDefaults = {
  oldestOrderSeconds: 300,
  oldestConfirmationSeconds: 900,
  rejectedOrders: 10,
} as const;

/** What each argument must be, for the component and for whoever reads one from elsewhere. */
export const operationsRules = {
  alarmEmail: orderPipelineRules.confirmationSender,
  oldestOrderSeconds: integer(60, 86_400, "seconds"),
  // The stream's mapping gives up on a confirmation after six hours.
  oldestConfirmationSeconds: integer(60, 21_600, "seconds"),
  rejectedOrders: integer(1, 1_000_000, "orders"),
};

/**
 * The arguments with defaults filled in, Outputs among them still to be checked when they resolve.
 *
 * @param component how the error calls the component.
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export function checkOperationsArgs(component: string, args: OperationsArgs) {
  const rules = operationsRules;
  const defaults = operationsDefaults;
  const checks = new ArgumentChecks(component);
  const checked = {
    alarmEmail: checks.optional("alarmEmail", args.alarmEmail, rules.alarmEmail),
    oldestOrderSeconds: checks.value(
      "oldestOrderSeconds",
      args.oldestOrderSeconds,
      rules.oldestOrderSeconds,
      defaults.oldestOrderSeconds,
    ),
    oldestConfirmationSeconds: checks.value(
      "oldestConfirmationSeconds",
      args.oldestConfirmationSeconds,
      rules.oldestConfirmationSeconds,
      defaults.oldestConfirmationSeconds,
    ),
    rejectedOrders: checks.value(
      "rejectedOrders",
      args.rejectedOrders,
      rules.rejectedOrders,
      defaults.rejectedOrders,
    ),
  };
  checks.throwIfAny();
  return checked;
}
