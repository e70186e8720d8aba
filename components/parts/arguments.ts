import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/** What an argument must be: checked wherever a value comes from, and worded for the person who gave it. */
export interface Rule<T> {
  /** "an integer from 1 to 10,000 messages" */
  readonly expected: string;
  /** The part of it that a description of the argument repeats: "1 to 10,000 messages". */
  readonly limits?: string;
  /** The value is a list of items. */
  readonly isList?: true;
  readonly accepts: (value: unknown) => value is T;
}

export function integer(minimum: number, maximum: number, unit = ""): Rule<number> {
  const limits = limitsOf(minimum, maximum, unit);
  return {
    expected: `an integer from ${limits}`,
    limits,
    accepts: (value): value is number =>
      typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum,
  };
}

export function number(minimum: number, maximum: number, unit = ""): Rule<number> {
  const limits = limitsOf(minimum, maximum, unit);
  return {
    expected: `a number from ${limits}`,
    limits,
    accepts: (value): value is number =>
      typeof value === "number" && Number.isFinite(value) && value >= minimum && value <= maximum,
  };
}

/** One of these values, as CloudWatch Logs' retention periods are. */
export function oneOf<T extends string | number>(values: readonly T[]): Rule<T> {
  return {
    expected: `one of ${values.join(", ")}`,
    accepts: (value): value is T => values.some((allowed) => allowed === value),
  };
}

export const boolean: Rule<boolean> = {
  expected: "true or false",
  accepts: (value): value is boolean => typeof value === "boolean",
};

/** @param expected how the error names it: "an AMI id like ami-0123456789abcdef0" */
export function text(pattern: RegExp, expected: string): Rule<string> {
  return { expected, accepts: (value): value is string => typeof value === "string" && pattern.test(value) };
}

/** A text of so many bytes in UTF-8, which is how AWS counts it. */
export function bytes(minimum: number, maximum: number): Rule<string> {
  const limits = `at most ${maximum.toLocaleString("en-US")} bytes in UTF-8`;
  return {
    expected: `a text of ${limitsOf(minimum, maximum, "bytes in UTF-8")}`,
    limits,
    accepts: (value): value is string => {
      if (typeof value !== "string") return false;
      const length = Buffer.byteLength(value);
      return length >= minimum && length <= maximum;
    },
  };
}

/**
 * An address alone, without a name: RFC 5322's atoms and RFC 1123's labels, as HTML's `<input type="email">` reads them,
 * and as the pipeline reads customers' addresses.
 */
export const EMAIL_ADDRESS = text(
  /^(?=.{1,254}$)[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
  "an e-mail address",
);

/** The ARN of a key, in any partition; no alias, which permissions cannot name. */
export const KMS_KEY_ARN = text(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key like "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-…"',
);

/** The retention periods that CloudWatch Logs knows, in days. */
export const LOG_RETENTION_DAYS = oneOf<number>([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

export function listOf<T>(rule: Rule<T>, minimumLength = 0): Rule<readonly T[]> {
  return {
    isList: true,
    expected: `a list of ${minimumLength > 0 ? `at least ${minimumLength}: ` : ""}${rule.expected}, each`,
    accepts: (value): value is readonly T[] =>
      Array.isArray(value) && value.length >= minimumLength && value.every((item) => rule.accepts(item)),
  };
}

interface Problem {
  readonly propertyPath: string;
  readonly reason: string;
}

/**
 * Checks a component's arguments and reports everything that is wrong with them at once. Plain values are
 * checked as the component is constructed; an Output is checked once its value is known, and fails what
 * depends on it.
 */
export class ArgumentChecks {
  readonly #component: string;
  readonly #problems: Problem[] = [];

  /** @param component its name in the error's first line. */
  constructor(component: string) {
    this.#component = component;
  }

  /** The argument, checked, or its default when it is left out. Use what it returns, not the argument. */
  value<T>(
    propertyPath: string,
    given: pulumi.Input<T> | undefined,
    rule: Rule<T>,
    byDefault: T,
  ): pulumi.Input<T> {
    return given === undefined ? byDefault : this.required(propertyPath, given, rule);
  }

  /** As `value`, for an argument that may stay away. */
  optional<T>(
    propertyPath: string,
    given: pulumi.Input<T> | undefined,
    rule: Rule<T>,
  ): pulumi.Input<T> | undefined {
    return given === undefined ? undefined : this.required(propertyPath, given, rule);
  }

  /** As `value`, for an argument that must be given. */
  required<T>(propertyPath: string, given: pulumi.Input<T>, rule: Rule<T>): pulumi.Input<T> {
    return this.related<T, []>(propertyPath, given, [], (value) =>
      rule.accepts(value)
        ? undefined
        : `got ${inspect(value, { maxStringLength: 200, maxArrayLength: 10 })}; expected ${rule.expected}`,
    );
  }

  /** A rule between arguments: `reason` says what is wrong with `propertyPath`, given the others. */
  related<T, Others extends readonly unknown[]>(
    propertyPath: string,
    given: pulumi.Input<T>,
    others: { readonly [K in keyof Others]: pulumi.Input<Others[K]> },
    reason: (value: T, ...others: Others) => string | undefined,
  ): pulumi.Input<T> {
    const inputs: readonly pulumi.Input<unknown>[] = [given, ...others];
    const check = (values: readonly unknown[]) => reason(...(values as unknown as [T, ...Others]));
    if (inputs.every(isPlain)) {
      const found = this.#problems.some((problem) => problem.propertyPath === propertyPath)
        ? undefined
        : check(inputs);
      if (found !== undefined) this.reject(propertyPath, found);
      return given;
    }
    return pulumi.all(inputs as pulumi.Input<unknown>[]).apply((values) => {
      const found = check(values);
      if (found !== undefined) throw this.#error([{ propertyPath, reason: found }]);
      return values[0] as T;
    });
  }

  /** Records what no rule covers ("exactly one of amiId and amiSsmParameter"). */
  reject(propertyPath: string, reason: string): void {
    this.#problems.push({ propertyPath, reason });
  }

  /** @throws pulumi.InputPropertiesError with every problem found so far; call it before the first child. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw this.#error(this.#problems);
  }

  #error(problems: readonly Problem[]): pulumi.InputPropertiesError {
    const lines = problems.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
    return new pulumi.InputPropertiesError({
      message: [
        `${this.#component}: ${problems.length === 1 ? "an argument is" : "arguments are"} not valid`,
        ...lines,
      ].join("\n"),
      errors: [...problems],
    });
  }
}

/** Whether an input's value is known now, at construction. */
export function isPlain(input: unknown): boolean {
  return !pulumi.Output.isInstance(input) && !(input instanceof Promise);
}

function limitsOf(minimum: number, maximum: number, unit: string): string {
  const grouped = (value: number) => value.toLocaleString("en-US");
  return `${grouped(minimum)} to ${grouped(maximum)}${unit && ` ${unit}`}`;
}
