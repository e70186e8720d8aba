import { AwsError } from "../../core/errors";
import { LATEST, type LambdaFunction, type Target } from "./lambdaFunction";
import { revisionOf } from "./versions";

export interface NamedFunction extends Target {
  /** With the qualifier, where the request has one. */
  readonly arn: string;
}

interface Name {
  readonly name: string;
  readonly qualifier: string | undefined;
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
   * The function that a request names, by the version or alias that stands in the member for it or behind the
   * name. Throws ResourceNotFoundException when either is not there.
   */
  named(input: { readonly FunctionName: string; readonly Qualifier?: string }): NamedFunction {
    const fn = this.get(input.FunctionName);
    const { qualifier: behindName } = parseName(input.FunctionName, this.arnPrefix);
    if (behindName !== undefined && input.Qualifier !== undefined && behindName !== input.Qualifier) {
      throw new AwsError(
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
      );
    }
    const qualifier = input.Qualifier ?? behindName;
    const target = { fn, qualifier: qualifier ?? LATEST };
    revisionOf(target);
    return { ...target, arn: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}` };
  }

  arnOf(name: string): string {
    return `${this.arnPrefix}${name}`;
  }

  nameOf(nameOrArn: string): string {
    return parseName(nameOrArn, this.arnPrefix).name;
  }
}

/** Lambda API reference, `FunctionName`: a name, an ARN, or the end of one. */
const FUNCTION_NAME =
  /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(\d{12}):function:|function:)?([A-Za-z0-9-_]{1,64})(?::(\$LATEST|[A-Za-z0-9-_]+))?$/;

/** @param arnPrefix of this account's and region's functions; there are no others here */
function parseName(nameOrArn: string, arnPrefix: string): Name {
  const [, region, account, name, qualifier] = FUNCTION_NAME.exec(nameOrArn) ?? [];
  if (name === undefined) {
    throw new AwsError(
      "InvalidParameterValueException",
      `FunctionName: got "${nameOrArn}"; expected a name of 1 to 64 letters, digits, hyphens and underscores, or a function's ARN`,
    );
  }
  const [, , , ownRegion = "", ownAccount = ""] = arnPrefix.split(":");
  if (region !== undefined && region !== ownRegion) {
    throw new AwsError(
      "ResourceNotFoundException",
      `Functions from '${region}' are not reachable in this region ('${ownRegion}')`,
    );
  }
  if (account !== undefined && account !== ownAccount) {
    throw new AwsError(
      "AccessDeniedException",
      `${nameOrArn} is of another account, and no resource-based policy of it allows this`,
      403,
    );
  }
  return { name, qualifier };
}
