import * as v from "valibot";

/**
 * A metric that says whether the fleet is needed at all: its greatest value in each minute. Above `above`, at
 * least one instance is wanted; otherwise the fleet may have none.
 */
export const wakeMetric = v.strictObject({
  namespace: v.pipe(v.string(), v.nonEmpty(), v.maxLength(255)),
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(255)),
  dimensions: v.record(v.pipe(v.string(), v.nonEmpty()), v.pipe(v.string(), v.nonEmpty())),
  above: v.pipe(v.number(), v.finite()),
});

export type WakeMetric = v.InferOutput<typeof wakeMetric>;

/**
 * Whether any of these values calls for an instance. None says that nothing does: services stop reporting what
 * nobody uses, as SQS does with an idle queue.
 */
export function callsForInstance(values: readonly number[], { above }: WakeMetric): boolean {
  return values.some((value) => value > above);
}
