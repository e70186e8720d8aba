import { inspect } from "node:util";

/**
 * What a person is told of whatever was thrown: an error's message, any other value in words that say what is in it,
 * never "[object Object]". Never throws itself.
 */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  return ofError(thrown) ?? inWords(thrown);
}

function inWords(value: unknown): string {
  try {
    // Nothing of the value's own is called: neither getters nor methods.
    return inspect(value, { depth: 4, breakLength: Infinity, compact: 10, customInspect: false });
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}

function ofError(thrown: unknown): string | undefined {
  try {
    if (!(thrown instanceof Error)) return undefined;
    const { message, name } = thrown as { readonly message: unknown; readonly name: unknown };
    if (typeof message !== "string") return inWords(message);
    return message === "" && typeof name === "string" ? name : message;
  } catch {
    // A getter of its own threw.
    return undefined;
  }
}
