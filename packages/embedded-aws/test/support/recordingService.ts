import type { Call, CloudContext, Service, ServiceName } from "../../src/core/service";
import { modelOf } from "../../src/wire/model";
import { officialServices } from "../../src/wire/officialServices";
import {
  type Definite,
  type Input,
  officialService,
  type OperationName,
  type Output,
} from "../../src/wire/operation";

type Answers<S extends ServiceName> = {
  readonly [N in OperationName<S>]?: (
    input: Definite<Input<S, N>>,
    call: Call,
  ) => Output<S, N> | Promise<Output<S, N>>;
};

/**
 * A service for tests of what comes before and after services: it takes every member that AWS's model has, records
 * the input of each call, and answers with what it is told.
 */
export class RecordingService<S extends ServiceName> {
  readonly inputs: Record<string, unknown>[] = [];
  readonly calls: Call[] = [];

  constructor(
    private readonly name: S,
    private readonly answers: Answers<S>,
    private readonly close?: () => Promise<void>,
  ) {}

  readonly create = (_context?: CloudContext): Service => {
    const { operations } = modelOf(officialServices[this.name].client);
    type Answer = (input: unknown, call: Call) => object | Promise<object>;
    const recording = Object.entries(this.answers as Readonly<Record<string, Answer>>).map(
      ([operation, answer]) => {
        const supports = operations.get(operation)?.input.members.map(({ name }) => name) ?? [];
        const run = async (input: unknown, call: Call): Promise<object> => {
          this.inputs.push(input as Record<string, unknown>);
          this.calls.push(call);
          return await answer(input, call);
        };
        return [operation, Object.assign(run, { supports })] as const;
      },
    );
    return officialService(this.name, Object.fromEntries(recording), this.close);
  };
}
