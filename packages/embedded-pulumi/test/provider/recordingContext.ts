import type { CreateContext } from "../../src/provider/resourceType";

export interface RecordedCall {
  readonly operation: string;
  readonly input: object;
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
    call: ((service: string, operation: string, input: object) => {
      const name = `${service}:${operation}`;
      // What is undefined is left out, as the cloud takes it.
      const given = Object.entries(input).filter(([, value]) => value !== undefined);
      calls.push({ operation: name, input: Object.fromEntries(given) });
      return Promise.resolve(answers[name] ?? {});
    }) as CreateContext["call"],
  };
  return { context, calls };
}
