import { type AwsError, notSupported } from "../core/errors";
import { check } from "./check";
import { modelOf, type Model } from "./model";
import type { OfficialService, ServiceName } from "./officialServices";
import { InputProblem } from "./problem";
import { refusalOf } from "./refusals";
import { routeOf, type Route } from "./rest";
import { restrict, type ErrorShape, type OperationShape, type Structure } from "./shape";

/** What the operations of a service support of their inputs, by the operation's name. */
export type Supports = Readonly<Record<string, { readonly supports: readonly string[] }>>;

/** An error as the protocols write it: its names and statuses from the model, where that knows it. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly status: number;
  /** Code and status of the query protocols. */
  readonly query: ErrorShape["query"];
  readonly structure: Structure | undefined;
  /** The error's members, its message among them. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** One service's model together with what is supported of it. The model is read when it is first asked. */
export class ServiceWire {
  readonly #operations = new Map<string, OperationShape>();
  #routes: readonly Route[] | undefined;

  constructor(
    readonly name: ServiceName,
    readonly settings: OfficialService,
    private readonly supports: Supports,
  ) {}

  get model(): Model {
    const { client, companion } = this.settings;
    return companion === undefined ? modelOf(client) : modelOf(client, companion.client);
  }

  /** What stands before the dot of `X-Amz-Target` for an operation. */
  targetOf(operation: string): string {
    const { serviceTarget, companion } = this.settings;
    return companion?.operations.includes(operation) === true ? companion.serviceTarget : serviceTarget;
  }

  /** @throws AwsError for an operation that the embedded cloud does not have. */
  operation(name: string): OperationShape {
    let operation = this.#operations.get(name);
    if (operation === undefined) {
      const shape = this.model.operations.get(name);
      const supported = Object.hasOwn(this.supports, name) ? this.supports[name] : undefined;
      if (shape === undefined || supported === undefined) {
        throw notSupported(`The operation ${this.name}:${name}`);
      }
      operation = { ...shape, input: restrict(shape.input, supported.supports) };
      this.#operations.set(name, operation);
    }
    return operation;
  }

  /** The ways to all operations of the model: one that is not supported can then be named. */
  get routes(): readonly Route[] {
    if (this.#routes === undefined) {
      const routes = (this.settings.formerRoutes ?? []).map(({ operation, method, path, query }) =>
        routeOf(operation, method, path, query),
      );
      for (const name of this.model.operations.keys()) {
        const [method, path] = this.model.operations.get(name)?.http ?? [];
        if (method !== undefined && path !== undefined) routes.push(routeOf(name, method, path));
      }
      this.#routes = routes;
    }
    return this.#routes;
  }

  /** Runs a decoder or check, and says what it finds wrong in the service's words. */
  inItsWords<Value>(operation: string, run: () => Value): Value {
    try {
      return run();
    } catch (cause) {
      throw cause instanceof InputProblem ? refusalOf(this.name, operation, cause) : cause;
    }
  }

  /** For calls in-process, which nobody has decoded. @throws AwsError */
  checkInput(operation: string, input: unknown): void {
    const { input: shape } = this.operation(operation);
    this.inItsWords(operation, () => {
      check(shape, input);
    });
  }

  /** @throws Error unless the answer is one that AWS could give. */
  checkOutput(operation: string, output: unknown): void {
    try {
      check(this.operation(operation).output, output);
    } catch (cause) {
      if (!(cause instanceof InputProblem)) throw cause;
      throw new Error(
        `${this.name}:${operation} gave an answer that is not AWS's: ${cause.path} is ${JSON.stringify(cause.fault)}`,
        { cause },
      );
    }
  }

  errorOf(error: AwsError): WireError {
    const { code: name, message, details } = error;
    const known = this.model.errors.get(name);
    const has = (member: RegExp) => known?.structure.members.find(({ name: own }) => member.test(own))?.name;
    const spelt = has(/^message$/i) ?? "message";
    // Lambda's errors say whose fault they are.
    const type = has(/^Type$/) === undefined ? {} : { Type: error.status >= 500 ? "Service" : "User" };
    const status = known?.httpStatus ?? error.status;
    const plain = this.settings.plainStatus === true && known !== undefined && status < 500;
    return {
      name,
      message,
      status: plain ? 400 : status,
      query: known?.query ?? { code: queryCodeOf(this.settings.client, name), status: error.status },
      structure: known?.structure,
      members: { ...type, ...details, [spelt]: message },
    };
  }
}

/** The query protocols' code of an error that JSON knows by `name`. */
export function queryCodeOf(client: OfficialService["client"], name: string): string {
  const known = modelOf(client).errors.get(name);
  if (known !== undefined) return known.query.code;
  // No model has this one: it comes from before the service.
  return name === "AccessDeniedException" ? "AccessDenied" : name;
}
