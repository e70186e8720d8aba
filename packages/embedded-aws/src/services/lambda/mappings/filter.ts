import { EventPatternError, matchesEventPattern, parseEventPattern } from "../../../core/eventPattern";
import { AwsError } from "../../../core/errors";

/** A mapping's filter: a record that matches none of the patterns never reaches the function. */
export interface RecordFilter {
  readonly patterns: readonly string[];
  matches(record: unknown): boolean;
}

export const NO_FILTER: RecordFilter = { patterns: [], matches: () => true };

/** Compiles `FilterCriteria`; throws InvalidParameterValueException for a pattern that is none. */
export function compileFilter(patterns: readonly string[]): RecordFilter {
  if (patterns.length === 0) return NO_FILTER;
  const parsed = patterns.map((pattern, index) => {
    try {
      return parseEventPattern(pattern);
    } catch (error) {
      if (!(error instanceof EventPatternError)) throw error;
      throw new AwsError(
        "InvalidParameterValueException",
        `FilterCriteria.Filters[${index}].Pattern: ${error.message}`,
      );
    }
  });
  return { patterns, matches: (record) => parsed.some((pattern) => matchesEventPattern(pattern, record)) };
}
