import type { CloudContext, Service } from "../../core/service";
import { TagStore } from "../../core/tagStore";
import { officialService, operationsOf } from "../../wire/operation";
import { alarmOperations } from "./alarmOperations";
import { Alarms } from "./alarms";
import { dashboardOperations } from "./dashboardOperations";
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
  const alarms = new Alarms(context, store, instancesWithTag);
  const serviceMetrics = new ServiceMetrics(context, store);
  const unsubscribe = context.events.subscribe((event) => serviceMetrics.take(event));
  const stop = everyMinute(context, async () => {
    serviceMetrics.measureQueues();
    await alarms.evaluateAll();
  });

  return officialService(
    "monitoring",
    {
      ...putMetricData(context, store),
      ...metricOperations(context, store, instancesWithTag),
      ...alarmOperations(context, alarms, tags),
      ...dashboardOperations(context, tags),
      ...tagOperations(context, tags),
    },
    () => {
      stop();
      unsubscribe();
      return Promise.resolve();
    },
  );
}

function tagOperations(context: CloudContext, tags: TagStore) {
  const operation = operationsOf("monitoring", context);
  const ResourceARN = { pattern: /^arn:aws:cloudwatch:/ } as const;
  return {
    ...operation(
      "TagResource",
      { supports: ["ResourceARN", "Tags"], rules: { ResourceARN, ...tagRules } },
      (input) => [{ action: "cloudwatch:TagResource", resource: input.ResourceARN }],
      (input) => {
        tags.add(input.ResourceARN, input.Tags);
        return {};
      },
    ),
    ...operation(
      "UntagResource",
      { supports: ["ResourceARN", "TagKeys"], rules: { ResourceARN } },
      (input) => [{ action: "cloudwatch:UntagResource", resource: input.ResourceARN }],
      (input) => {
        tags.remove(input.ResourceARN, input.TagKeys);
        return {};
      },
    ),
    ...operation(
      "ListTagsForResource",
      { supports: ["ResourceARN"], rules: { ResourceARN } },
      (input) => [{ action: "cloudwatch:ListTagsForResource", resource: input.ResourceARN }],
      (input) => ({ Tags: tags.list(input.ResourceARN) }),
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
