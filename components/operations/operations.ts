import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { apiAlarms, orderAlarms, scalerAlarms, type AlarmPlan } from "./alarms";
import { checkOperationsArgs, type OperationsArgs } from "./arguments";
import { dashboardBody } from "./dashboard";
import { dashboardSections } from "./graphs";
import { AlarmTopic } from "../parts/alarmTopic";
import { stackPrefix, transformed } from "../parts/resources";

/**
 * What a team needs to put the two systems in front of customers: an alarm for each way in which they break,
 * told to an encrypted topic, and a dashboard. `docs/RUNBOOK.md` says for each alarm what to do.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument.
 */
export class Operations extends pulumi.ComponentResource {
  /** Subscribe here for whoever is to be told beside `alarmEmail`. */
  readonly alarmTopicArn: pulumi.Output<string>;
  readonly dashboardName: pulumi.Output<string>;
  /** The resources themselves, for whatever this component does not offer. */
  readonly nodes: {
    readonly alarmTopic: AlarmTopic;
    /** By the last part of their names: "orders-waiting". */
    readonly alarms: Readonly<Record<string, aws.cloudwatch.MetricAlarm>>;
    readonly dashboard: aws.cloudwatch.Dashboard;
  };

  constructor(name: string, args: OperationsArgs, opts?: pulumi.ComponentResourceOptions) {
    // Before anything is registered, this component included.
    const checked = checkOperationsArgs(`Operations "${name}"`, args);
    super("event-driven-aws:components:Operations", name, {}, opts);
    const { orders, orderApi, scaler, transform = {} } = args;
    const tags = args.tags === undefined ? {} : { tags: args.tags };
    const child: pulumi.CustomResourceOptions = { parent: this };

    const alarmTopic = new AlarmTopic(
      `${name}-alarms`,
      {
        email: checked.alarmEmail,
        encryptionKeyArn: checked.encryptionKeyArn,
        transform: transform.topic,
        ...tags,
      },
      { parent: this },
    );
    const plans = [
      ...orderAlarms(orders, checked),
      ...(orderApi === undefined ? [] : apiAlarms(orderApi)),
      ...(scaler === undefined ? [] : scalerAlarms(scaler)),
    ];
    const alarms = Object.fromEntries(
      plans.map((plan) => [
        plan.name,
        new aws.cloudwatch.MetricAlarm(
          `${name}-${plan.name}`,
          ...transformed(
            transform.alarm,
            { ...alarmArgs(`${stackPrefix()}-${name}-${plan.name}`, plan, alarmTopic.arn), ...tags },
            child,
          ),
        ),
      ]),
    );
    const dashboard = new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      ...transformed(
        transform.dashboard,
        {
          dashboardName: `${stackPrefix()}-${name}`,
          dashboardBody: pulumi.jsonStringify(
            dashboardBody({
              title: stackPrefix(),
              region: aws.getRegionOutput({}, { parent: this }).region,
              alarmArns: Object.values(alarms).map((alarm) => alarm.arn),
              sections: dashboardSections(orders, orderApi, scaler),
            }),
          ),
        },
        child,
      ),
    );

    this.alarmTopicArn = alarmTopic.arn;
    this.dashboardName = dashboard.dashboardName;
    this.nodes = { alarmTopic, alarms, dashboard };
    this.registerOutputs({ alarmTopicArn: this.alarmTopicArn, dashboardName: this.dashboardName });
  }
}

function alarmArgs(
  name: string,
  plan: AlarmPlan,
  topicArn: pulumi.Input<string>,
): aws.cloudwatch.MetricAlarmArgs {
  const [bad, of] = plan.datapoints;
  return {
    name,
    alarmDescription: `${plan.meaning} What to do: docs/RUNBOOK.md#${plan.runbook}`,
    namespace: plan.metric.namespace,
    metricName: plan.metric.name,
    dimensions: { ...plan.metric.dimensions },
    statistic: plan.statistic,
    period: plan.periodSeconds ?? 60,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: plan.threshold,
    datapointsToAlarm: bad,
    evaluationPeriods: of,
    // A function that was not called, or a queue that nobody used for hours, reports nothing: that is no fault.
    treatMissingData: "notBreaching",
    actionsEnabled: true,
    alarmActions: [topicArn],
    ...(plan.tellWhenOver ? { okActions: [topicArn] } : {}),
  };
}
