import sinon from "sinon";

interface ClientClass {
  readonly prototype: { readonly send: unknown };
}

/** A call of AWS, by its operation. */
export interface Call {
  readonly operation: string;
  readonly input: unknown;
  /** How often the SDK would have made it. */
  readonly attempts: number;
}

/** What a client waits for at most, as `clientConfig` has it; milliseconds. */
export interface Waits {
  readonly connectionTimeout?: number;
  readonly requestTimeout?: number;
}

/**
 * Has the SDK's clients of a class answer with these, in turn, and sends nothing. Gives the calls.
 *
 * @param answers each an answer, or an error.
 */
export function answering(client: ClientClass, answers: readonly object[]) {
  const calls: Promise<Call>[] = [];
  const waits: Promise<Waits>[] = [];
  const left = [...answers];
  sinon.stub(client.prototype as { send: unknown }, "send").callsFake(function (
    this: {
      readonly config: {
        maxAttempts(): Promise<number>;
        /** The SDK's handler shows its options to nobody until it has connected. */
        readonly requestHandler: { readonly configProvider: Promise<Waits> };
      };
    },
    command: object & { readonly input: unknown },
  ) {
    const { input } = command;
    const operation = command.constructor.name.replace(/Command$/, "");
    calls.push(this.config.maxAttempts().then((attempts) => ({ operation, input, attempts })));
    waits.push(this.config.requestHandler.configProvider);
    const answer = left.shift();
    if (answer === undefined) return Promise.reject(new Error(`${operation}: one call too many`));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { calls: () => Promise.all(calls), waits: () => Promise.all(waits) };
}
