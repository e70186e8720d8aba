import * as v from "valibot";
import { isSimpleStatistic, isStatistic } from "./statistics";

/** Input shapes that several operations share; limits are those of the CloudWatch API reference. */

export const Dimensions = v.pipe(
  v.array(
    v.strictObject({
      Name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
      Value: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
    }),
  ),
  v.maxLength(30),
);

export const Namespace = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
export const MetricName = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

/** Seconds since the epoch, as AWS JSON carries a time. */
export const Timestamp = v.pipe(v.number(), v.finite());

/** Seconds. Metrics are kept by the minute, so that the shorter periods of high-resolution metrics are out. */
export const Period = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(60),
  v.check((seconds) => seconds % 60 === 0, "a multiple of 60 seconds"),
);

export const Statistic = v.pipe(
  v.string(),
  v.check(isStatistic, "SampleCount, Average, Sum, Minimum, Maximum or a percentile (p99)"),
);
export const SimpleStatistic = v.pipe(
  v.string(),
  v.check(isSimpleStatistic, "SampleCount, Average, Sum, Minimum or Maximum"),
);
export const ExtendedStatistic = v.pipe(
  v.string(),
  v.check((name) => isStatistic(name) && !isSimpleStatistic(name), "a percentile (p99)"),
);

/** Units are taken and echoed, and do not tell metrics apart: publish each metric in one unit. */
export const Unit = v.string();

export const Tags = v.pipe(
  v.array(
    v.strictObject({
      Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
      Value: v.pipe(v.string(), v.maxLength(256)),
    }),
  ),
  v.maxLength(50),
);

export const MetricDataQuery = v.strictObject({
  Id: v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9_]{0,254}$/)),
  MetricStat: v.optional(
    v.strictObject({
      Metric: v.strictObject({
        Namespace,
        MetricName,
        Dimensions: v.optional(Dimensions),
      }),
      Period,
      Stat: Statistic,
      Unit: v.optional(Unit),
    }),
  ),
  Expression: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))),
  Label: v.optional(v.string()),
  ReturnData: v.optional(v.boolean()),
  Period: v.optional(Period),
});
export type MetricDataQuery = v.InferOutput<typeof MetricDataQuery>;
