import type { MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { MetricSource } from "./configuration";
import type { Datapoint } from "./demand";

const PERIOD_SECONDS = 60;

/**
 * The queries for a fleet's CPU by minute: for each source an average, and how many instances it is of.
 *
 * @param imageIds the images in the fleet. A metric by `ImageId` is read for each of them, so that instances of
 *   the image before the present one stay visible until they are replaced.
 */
export function cpuQueries(
  source: MetricSource,
  fleetTag: { readonly key: string; readonly value: string },
  imageIds: readonly string[],
): MetricDataQuery[] {
  if (source.kind === "fleetTag") {
    const from = `FROM SCHEMA("AWS/EC2", InstanceId) WHERE tag.${fleetTag.key} = '${fleetTag.value}'`;
    return [
      { Id: "average0", Expression: `SELECT AVG(CPUUtilization) ${from}`, Period: PERIOD_SECONDS },
      { Id: "count0", Expression: `SELECT COUNT(CPUUtilization) ${from}`, Period: PERIOD_SECONDS },
    ];
  }
  return dimensionSets(source.dimensions, imageIds).flatMap((dimensions, index) => {
    const statistic = (id: string, stat: string): MetricDataQuery => ({
      Id: `${id}${index}`,
      MetricStat: {
        Metric: {
          Namespace: "AWS/EC2",
          MetricName: "CPUUtilization",
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: PERIOD_SECONDS,
        Stat: stat,
      },
    });
    return [statistic("average", "Average"), statistic("count", "SampleCount")];
  });
}

function dimensionSets(
  dimensions: Readonly<Record<string, string>>,
  imageIds: readonly string[],
): Readonly<Record<string, string>>[] {
  const { ImageId, ...others } = dimensions;
  if (ImageId === undefined) return [dimensions];
  return [...new Set([ImageId, ...imageIds])].toSorted().map((id) => ({ ...others, ImageId: id }));
}

/**
 * Puts the answers together, minute by minute, oldest first: the average over all sources weighs each by its
 * instances. A minute without a count is given without `reporting`.
 */
export function datapointsFrom(results: readonly MetricDataResult[]): Datapoint[] {
  const averages = valuesById(results, "average");
  const counts = valuesById(results, "count");
  const minutes = new Map<number, { weighted: number; weight: number; reporting: number }>();
  for (const [source, values] of averages) {
    for (const [time, value] of values) {
      const reporting = counts.get(source)?.get(time) ?? 0;
      // A source that gives no count weighs as one instance.
      const weight = Math.max(reporting, 1);
      const minute = minutes.get(time) ?? { weighted: 0, weight: 0, reporting: 0 };
      minute.weighted += value * weight;
      minute.weight += weight;
      minute.reporting += reporting;
      minutes.set(time, minute);
    }
  }
  return [...minutes]
    .map(([time, { weighted, weight, reporting }]) => ({
      time,
      cpuPercent: weighted / weight,
      ...(reporting > 0 && { reporting }),
    }))
    .toSorted((a, b) => a.time - b.time);
}

/** Values by time, for each query whose id begins with `prefix`, by the rest of its id. */
function valuesById(results: readonly MetricDataResult[], prefix: string): Map<string, Map<number, number>> {
  const series = new Map<string, Map<number, number>>();
  for (const { Id = "", Timestamps = [], Values = [] } of results) {
    if (!Id.startsWith(prefix)) continue;
    const values = series.get(Id.slice(prefix.length)) ?? new Map<number, number>();
    series.set(Id.slice(prefix.length), values);
    for (const [index, timestamp] of Timestamps.entries()) {
      const value = Values[index];
      if (value !== undefined) values.set(timestamp.getTime(), value);
    }
  }
  return series;
}
