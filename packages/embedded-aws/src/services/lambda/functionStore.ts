import { AwsError, notSupported } from "../../core/errors";
import type { LambdaFunction } from "./lambdaFunction";

export interface NamedFunction {
  readonly fn: LambdaFunction;
  readonly arn: string;
}

/** The functions of this account and region. */
export class FunctionStore {
  readonly #functions = new Map<string, LambdaFunction>();

  constructor(private readonly arnPrefix: string) {}

  all(): Iterable<LambdaFunction> {
    return this.#functions.values();
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  add(fn: LambdaFunction): void {
    this.#functions.set(fn.name, fn);
  }

  remove(fn: LambdaFunction): void {
    this.#functions.delete(fn.name);
  }

  /** By name, ARN or partial ARN ("123456789012:function:name"), or throws ResourceNotFoundException. */
  get(nameOrArn: string): LambdaFunction {
    const name = this.nameOf(nameOrArn);
    const fn = this.#functions.get(name);
    if (fn === undefined) {
      throw new AwsError("ResourceNotFoundException", `Function not found: ${this.arnOf(name)}`);
    }
    return fn;
  }

  /**
   * The function that a request names, and its ARN with a qualifier where the request has one: in the member
   * for it or behind the name.
   */
  named(input: { readonly FunctionName: string; readonly Qualifier?: string }): NamedFunction {
    const fn = this.get(input.FunctionName);
    const qualified = input.Qualifier !== undefined || input.FunctionName.endsWith(":$LATEST");
    return { fn, arn: qualified ? `${fn.arn}:$LATEST` : fn.arn };
  }

  arnOf(name: string): string {
    return `${this.arnPrefix}${name}`;
  }

  nameOf(nameOrArn: string): string {
    const match = /^(?:.*:?function:)?([A-Za-z0-9-_]{1,64})(?::(\$LATEST|[A-Za-z0-9-_]+))?$/.exec(nameOrArn);
    const [, name, qualifier] = match ?? [];
    if (name === undefined) {
      throw new AwsError(
        "InvalidParameterValueException",
        `FunctionName: got "${nameOrArn}"; expected a name of 1 to 64 letters, digits, hyphens and underscores, or a function's ARN`,
      );
    }
    if (qualifier !== undefined && qualifier !== "$LATEST") {
      throw notSupported(`The version or alias "${qualifier}" of function ${name}: only $LATEST`);
    }
    return name;
  }
}
