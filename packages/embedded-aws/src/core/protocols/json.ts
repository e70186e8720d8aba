import { AwsError } from "../errors";
import { parseJson } from "../parseJson";

/** The members of a JSON body; an empty body has none. */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = parseJson(body.toString("utf8"));
  } catch (error) {
    throw new AwsError("SerializationException", `The body is not JSON: ${String(error)}`);
  }
  if (!isJsonObject(value))
    throw new AwsError("SerializationException", "The body is JSON, but not an object");
  return value;
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
