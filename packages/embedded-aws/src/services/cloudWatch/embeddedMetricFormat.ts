import * as v from "valibot";
import { parseJson } from "../../core/parseJson";
import type { MetricIdentity } from "./metricStore";
import { STANDARD_UNITS } from "./shapes";
import { type Aggregate, aggregateOfValue, mergeAggregates } from "./statistics";

/** Source: "Specification: Embedded metric format", Amazon CloudWatch user guide. */
const Envelope = v.object({
  _aws: v.object({
    /** Milliseconds since the Unix epoch. */
    Timestamp: v.optional(v.number()),
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: v.pipe(v.string(), v.minLength(1)),
        Dimensions: v.array(v.pipe(v.array(v.string()), v.maxLength(30))),
        Metrics: v.pipe(
          v.array(
            v.object({
              Name: v.pipe(v.string(), v.minLength(1)),
              Unit: v.optional(v.string()),
              StorageResolution: v.optional(v.number()),
            }),
          ),
          v.maxLength(100),
        ),
      }),
    ),
  }),
});

const Values = v.union([v.number(), v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(100))]);

export interface EmbeddedMetric {
  readonly identity: MetricIdentity;
  readonly data: Aggregate;
  /** One of CloudWatch's; undefined for none, or for another, which it takes for none. */
  readonly unit: string | undefined;
  /** When it was measured, in milliseconds since the Unix epoch; undefined for when it was logged. */
  readonly at: number | undefined;
  /** Seconds. */
  readonly resolution: 1 | 60;
}

/**
 * The metrics that a log line carries in the embedded metric format; none for any other line. A metric whose
 * value, or a dimension set whose values, are not in the line is left out, as CloudWatch leaves it out.
 */
export function embeddedMetrics(line: string): readonly EmbeddedMetric[] {
  if (!line.startsWith("{") || !line.includes('"CloudWatchMetrics"')) return [];
  let root: unknown;
  try {
    root = parseJson(line);
  } catch {
    return [];
  }
  const parsed = v.safeParse(Envelope, root);
  if (!parsed.success) return [];
  const members = root as Readonly<Record<string, unknown>>;
  const at = parsed.output._aws.Timestamp;
  return parsed.output._aws.CloudWatchMetrics.flatMap((directive) => {
    // No dimension sets at all means the metric without dimensions.
    const sets = directive.Dimensions.length === 0 ? [[]] : directive.Dimensions;
    return sets.flatMap((names) => {
      const dimensions = names.map((name) => ({ Name: name, Value: members[name] }));
      if (
        !dimensions.every((dimension): dimension is { Name: string; Value: string } =>
          isText(dimension.Value),
        )
      ) {
        return [];
      }
      return directive.Metrics.flatMap((metric) => {
        const data = aggregateOf(members[metric.Name]);
        const identity = { namespace: directive.Namespace, name: metric.Name, dimensions };
        if (data === undefined) return [];
        const unit = STANDARD_UNITS.find((known) => known === metric.Unit);
        return [
          {
            identity,
            data,
            unit,
            at,
            resolution: metric.StorageResolution === 1 ? (1 as const) : (60 as const),
          },
        ];
      });
    });
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function aggregateOf(value: unknown): Aggregate | undefined {
  const parsed = v.safeParse(Values, value);
  if (!parsed.success) return undefined;
  return [parsed.output]
    .flat()
    .map((item) => aggregateOfValue(item))
    .reduce(mergeAggregates);
}
