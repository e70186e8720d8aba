import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import type { MetricAlarm } from "./alarm";
import { describeMetricAlarm } from "./alarmOperations";
import type { Alarms } from "./alarms";

type Dimensions = readonly { readonly Name?: string; readonly Value?: string }[];

/** Finds the alarms that name a metric themselves; "it does not return alarms based on math expressions". */
export function alarmsForMetric(context: CloudContext, alarms: Alarms) {
  return operationsOf("monitoring", context)(
    "DescribeAlarmsForMetric",
    {
      supports: [
        ...(["MetricName", "Namespace", "Statistic", "ExtendedStatistic"] as const),
        ...(["Dimensions", "Period", "Unit"] as const),
      ],
      rules: { MetricName: { length: [1, 255] }, Namespace: { length: [1, 255] } },
    },
    () => [{ action: "cloudwatch:DescribeAlarmsForMetric", resource: alarms.arnOf("*") }],
    (wanted) => {
      const fits = ({ input }: MetricAlarm) =>
        input.MetricName === wanted.MetricName &&
        input.Namespace === wanted.Namespace &&
        dimensionKey(input.Dimensions) === dimensionKey(wanted.Dimensions) &&
        (["Statistic", "ExtendedStatistic", "Period", "Unit"] as const).every(
          (name) => wanted[name] === undefined || wanted[name] === input[name],
        );
      return {
        MetricAlarms: alarms
          .list()
          .flatMap((alarm) => (alarm.kind === "metric" && fits(alarm) ? [describeMetricAlarm(alarm)] : [])),
      };
    },
  );
}

function dimensionKey(dimensions: Dimensions = []): string {
  return JSON.stringify(dimensions.map(({ Name, Value }) => [Name, Value]).sort());
}
