import type { Access, Call, CloudContext, Operation, Service } from "../core/service";
import { checkGivenTags } from "./givenTags";
import { type ServiceName, officialServices } from "./officialServices";
import { InputProblem } from "./problem";
import { refusalOf } from "./refusals";
import { checkRules, type Rules } from "./rules";
import { ServiceWire } from "./serviceWire";
import type { Definite, Input, OperationName, Output } from "./types";

export type { Answer, Definite, Input, OperationName, Output, ServiceCaller } from "./types";

/** "Content" of "Content.Simple" */
type Head<Path extends string> = Path extends `${infer Name}.${string}` ? Name : Path;

/** What an operation takes of its input, and its rules beside AWS's model. */
export interface Support<P extends string> {
  readonly supports: readonly P[];
  readonly rules?: Rules;
}

/** What an operation sees of its input: the members that it supports. */
export type Supported<S extends ServiceName, N extends string, P extends string> = Definite<
  Pick<Input<S, N>, Extract<keyof Input<S, N>, Head<P>>>
>;

export interface OfficialOperation extends Operation {
  readonly supports: readonly string[];
}

/**
 * An operation from its parts: what it supports of its input, the permissions that it needs, what it does.
 * Decoded by AWS's model, an input has every required member and every member its type; `rules` say the rest.
 * `supports` may name a part of a member ("Content.Simple"); any other member is refused by name.
 */
export function operationsOf<S extends ServiceName>(service: S, context: CloudContext) {
  return <N extends OperationName<S> & string, const P extends string = never>(
    name: N,
    support: Support<P & (Head<P> extends keyof Input<S, N> ? unknown : never)>,
    access: (input: Supported<S, N, P>, call: Call) => readonly Access[],
    run: (input: Supported<S, N, P>, call: Call) => Output<S, N> | Promise<Output<S, N>>,
  ): Readonly<Record<N, OfficialOperation>> => {
    const parse = (input: unknown) => input as Supported<S, N, P>;
    return build(service, context, name, support, { parse, access, run });
  };
}

/** As `operationsOf`, with a step between: `parse` makes of the input what `access` and `run` are given. */
export function parsingOperationsOf<S extends ServiceName>(service: S, context: CloudContext) {
  return <N extends OperationName<S> & string, Parsed, const P extends string = never>(
    name: N,
    support: Support<P & (Head<P> extends keyof Input<S, N> ? unknown : never)>,
    parse: (input: Supported<S, N, P>) => Parsed,
    access: (input: Parsed, call: Call) => readonly Access[],
    run: (input: Parsed, call: Call) => Output<S, N> | Promise<Output<S, N>>,
  ): Readonly<Record<N, OfficialOperation>> =>
    build(service, context, name, support, {
      parse: (input) => parse(input as Supported<S, N, P>),
      access,
      run,
    });
}

interface Steps<Parsed> {
  readonly parse: (input: unknown) => Parsed;
  readonly access: (input: Parsed, call: Call) => readonly Access[];
  readonly run: (input: Parsed, call: Call) => object | Promise<object>;
}

function build<N extends string, Parsed>(
  service: ServiceName,
  context: CloudContext,
  name: N,
  { supports, rules = {} }: Support<string>,
  { parse, access, run }: Steps<Parsed>,
): Readonly<Record<N, OfficialOperation>> {
  const operation: Operation = async (raw, call) => {
    try {
      checkRules(rules, raw);
    } catch (cause) {
      throw cause instanceof InputProblem ? refusalOf(service, name, cause) : cause;
    }
    checkGivenTags(service, name, raw);
    const input = parse(raw);
    context.authorize(call.caller, access(input, call), call.onDecided);
    return await run(input, call);
  };
  const official: OfficialOperation = Object.assign(operation, { supports });
  return { [name]: official } as Record<N, OfficialOperation>;
}

/** A service that speaks as AWS's model of it says. */
export function officialService(
  name: ServiceName,
  operations: Readonly<Record<string, OfficialOperation>>,
  close?: () => Promise<void>,
): Service {
  const wire = new ServiceWire(name, officialServices[name], operations);
  return { name, wire, operations, ...(close === undefined ? {} : { close }) };
}
