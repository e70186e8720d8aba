import { AwsError } from "../../core/errors";
import type { CloudContext, Service } from "../../core/service";
import { TagStore } from "../../core/tagStore";
import { checkTagTotal } from "../../wire/givenTags";
import { officialService, operationsOf } from "../../wire/operation";
import { alarmOperations } from "./alarmOperations";
import { alarmsForMetric } from "./alarmsForMetric";
import { Alarms } from "./alarms";
import { dashboardOperations, Dashboards } from "./dashboardOperations";
import { isHighResolution, metricAlarmState } from "./metricAlarmState";
import { metricOperations } from "./metricOperations";
import { MINUTE_MS, MetricStore } from "./metricStore";
import { putMetricData } from "./putMetricData";
import type { InstancesWithTag } from "./series";
import { ServiceMetrics } from "./serviceMetrics";
import { tagRules } from "./shapes";

/** CloudWatch: metrics, metric alarms evaluated each minute, dashboards. */
export function createMonitoring(context: CloudContext): Service {
  const store = new MetricStore();
  const tags = new TagStore();
  const instancesWithTag = tagLookup(context);
  const alarms = new Alarms(context, (alarm) => metricAlarmState(alarm, context, store, instancesWithTag));
  const dashboards = new Dashboards(context);
  const serviceMetrics = new ServiceMetrics(context, store);
  const unsubscribe = context.events.subscribe((event) => serviceMetrics.take(event));
  const stop = everyMinute(context, async () => {
    serviceMetrics.measureQueues();
    await alarms.evaluateAll((alarm) => !isHighResolution(alarm));
  });

  return officialService(
    "monitoring",
    {
      ...putMetricData(context, store),
      ...metricOperations(context, store, instancesWithTag),
      ...alarmOperations(context, alarms, tags),
      ...alarmsForMetric(context, alarms),
      ...dashboardOperations(context, dashboards, tags),
      ...tagOperations(context, tags, (arn) => alarms.has(arn) || dashboards.hasArn(arn)),
    },
    () => {
      stop();
      alarms.close();
      unsubscribe();
      return Promise.resolve();
    },
  );
}

/** Tags of what is there: alarms and dashboards. */
function tagOperations(context: CloudContext, tags: TagStore, exists: (arn: string) => boolean) {
  const operation = operationsOf("monitoring", context);
  const existing = (arn: string) => {
    if (exists(arn)) return arn;
    throw new AwsError("ResourceNotFoundException", `The resource ${arn} does not exist.`, 404);
  };
  const ResourceARN = { pattern: /^arn:aws:cloudwatch:/ } as const;
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceARN", "Tags"], rules: { ResourceARN, ...tagRules } },
      (input) => [{ action: "cloudwatch:TagResource", resource: input.ResourceARN }],
      (input) => {
        const arn = existing(input.ResourceARN);
        checkTagTotal(
          "monitoring",
          tags.keys(arn),
          input.Tags.map(({ Key }) => Key),
        );
        tags.add(arn, input.Tags);
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["ResourceARN", "TagKeys"], rules: { ResourceARN } },
      (input) => [{ action: "cloudwatch:UntagResource", resource: input.ResourceARN }],
      (input) => {
        tags.remove(existing(input.ResourceARN), input.TagKeys);
        return {};
      },
    ),
    ...operation(
      "ListTagsForResource",
      { supports: ["ResourceARN"], rules: { ResourceARN } },
      (input) => [{ action: "cloudwatch:ListTagsForResource", resource: input.ResourceARN }],
      (input) => ({ Tags: tags.list(existing(input.ResourceARN)) }),
    ),
  };
}

/** Runs `work` at each full minute of the clock. */
function everyMinute(context: CloudContext, work: () => Promise<void>): () => void {
  const { clock } = context;
  const arm = () =>
    clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      cancel = arm();
      void clock.busy(work());
    });
  let cancel = arm();
  return () => cancel();
}

/** Asks EC2, as the account itself does for metrics that are enriched with resource tags. */
function tagLookup(context: CloudContext): InstancesWithTag {
  return async (key, value) => {
    const Filters = [
      { Name: "resource-type", Values: ["instance"] },
      { Name: "key", Values: [key] },
      { Name: "value", Values: [value] },
    ];
    const administrator = { kind: "administrator", accountId: context.accountId } as const;
    const { Tags = [] } = await context.call("ec2", "DescribeTags", { Filters }, administrator);
    return new Set(Tags.map(({ ResourceId = "" }) => ResourceId));
  };
}
