import type { CreateContext } from "../../src/provider/resourceType";

export interface RecordedCall {
  readonly operation: string;
  readonly input: object;
}

/** What is undefined is left out, as the cloud takes it. */
function given(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(given);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([name, member]) => [name, given(member)]));
}

/** A context that records each call as "service:Operation" and answers from `answers`, or with `{}`. */
export function recordingContext(answers: Readonly<Record<string, object>> = {}): {
  context: CreateContext;
  calls: RecordedCall[];
} {
  const calls: RecordedCall[] = [];
  const context: CreateContext = {
    region: "eu-west-1",
    accountId: "000000000000",
    programDirectory: __dirname,
    settleMs: 0,
    wait: () => Promise.resolve(),
    call: ((service: string, operation: string, input: object) => {
      const name = `${service}:${operation}`;
      calls.push({ operation: name, input: given(input) as object });
      return Promise.resolve(answers[name] ?? {});
    }) as CreateContext["call"],
  };
  return { context, calls };
}
