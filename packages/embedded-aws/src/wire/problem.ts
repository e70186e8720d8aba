import { inspect } from "node:util";

/** What is wrong with an input, before anyone has said it in a service's own words (see `refusals.ts`). */
export type Fault =
  | { readonly kind: "missing" }
  /** AWS has this member; the embedded cloud does not. */
  | { readonly kind: "notSupported" }
  /** AWS has this value of a member; the embedded cloud does not, but others. */
  | { readonly kind: "notSupported"; readonly value: string; readonly supported: readonly string[] }
  /** The model has no such member. */
  | { readonly kind: "unknown" }
  /** In AWS's words: "Member must have length less than or equal to 64". */
  | { readonly kind: "constraint"; readonly constraint: string; readonly got: string }
  /** A union with none or several of its members. */
  | { readonly kind: "union"; readonly present: number }
  | { readonly kind: "wrongType"; readonly expected: string; readonly got: string };

/** Thrown while an input is decoded or checked. */
export class InputProblem extends Error {
  readonly #segments: (string | number)[] = [];

  constructor(readonly fault: Fault) {
    super(fault.kind);
  }

  /** "Entries[0].MessageBody" */
  get path(): string {
    return this.#segments
      .map((segment, index) =>
        typeof segment === "number" ? `[${segment}]` : `${index === 0 ? "" : "."}${segment}`,
      )
      .join("");
  }

  /** Called on the way out of each level: paths cost nothing while all is well. */
  static at(segment: string | number, cause: unknown): unknown {
    if (cause instanceof InputProblem) cause.#segments.unshift(segment);
    return cause;
  }
}

/**
 * Whether a value asks for nothing: clients of typed languages send "", [] and {} for members that nobody has set. Of
 * a member that is not supported, that is no reason to refuse.
 */
export function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === "";
  return !(value instanceof Date) && Object.keys(value).length === 0;
}

export function wrongType(expected: string, value: unknown): InputProblem {
  return new InputProblem({ kind: "wrongType", expected, got: describe(value) });
}

export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a structure";
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
