import type { Call, CloudContext, Output, Protocol, Service, ServiceName } from "../../src/core/service";

/** A service for tests of protocols: it records the input of each call, and answers with what it is told. */
export class RecordingService {
  readonly inputs: Record<string, unknown>[] = [];
  readonly calls: Call[] = [];

  constructor(
    private readonly name: ServiceName,
    private readonly protocol: Protocol,
    private readonly answers: Readonly<Record<string, (call: Call) => Output | Promise<Output>>>,
  ) {}

  readonly create = (_context: CloudContext): Service => ({
    name: this.name,
    protocol: this.protocol,
    operations: Object.fromEntries(
      Object.entries(this.answers).map(([operation, answer]) => [
        operation,
        async (input: unknown, call: Call) => {
          this.inputs.push(input as Record<string, unknown>);
          this.calls.push(call);
          return await answer(call);
        },
      ]),
    ),
  });
}
