import { AwsError } from "../errors";

/** What a policy is attached to; each kind has elements that the others may not have. */
export type PolicyKind = "identity" | "resource" | "trust";

/** What the parts of the parser of policy documents share. */

export function malformedPolicy(message: string): AwsError {
  return new AwsError("MalformedPolicyDocumentException", message);
}

/** What IAM says of a document that breaks the grammar; what exactly is added here. */
export function syntaxError(detail: string): AwsError {
  return malformedPolicy(`Syntax errors in policy. (${detail})`);
}

export function malformed(field: string, expected: string, got: unknown): AwsError {
  return syntaxError(`${field}: got ${JSON.stringify(got)}; expected ${expected}`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One text or a list of them; in conditions, numbers and truth values are texts in disguise. */
export function textsOf(value: unknown, field: string): string[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  const inCondition = field.includes(", Condition.");
  if (values.length === 0) throw malformed(field, "at least one text", value);
  return values.map((item) => {
    if (typeof item === "string") return item;
    if (inCondition && (typeof item === "boolean" || typeof item === "number")) return String(item);
    throw malformed(field, "a text or a list of texts", item);
  });
}
