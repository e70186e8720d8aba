import { WIRE } from "embedded-pulumi";

/** An automatic name: of it, only what it is made from is the same in two engines. */
const AUTOMATIC = /-[0-9a-f]{7}(?=$|\.fifo$)/;

/**
 * A resource's inputs in a form that two engines share: without a provider's own notes; secrets as what they hide;
 * packages without the engine's hash; what is not known, and names that were made up, by a word.
 */
export function canonicalInputs(inputs: Readonly<Record<string, unknown>>): unknown {
  return canonical(Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__"))));
}

function canonical(value: unknown): unknown {
  if (typeof value === "string")
    return value.includes(WIRE.unknown) ? "[unknown]" : value.replace(AUTOMATIC, "-[auto]");
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  switch (members[WIRE.signatureKey]) {
    case WIRE.secret:
      // The CLI shows the JSON of what is secret, the protocol the value itself.
      return canonical("plaintext" in members ? JSON.parse(String(members.plaintext)) : members.value);
    case WIRE.outputValue:
      return "value" in members ? canonical(members.value) : "[unknown]";
    default: {
      const kept = Object.entries(members).filter(
        ([name, member]) => name !== "hash" && member !== undefined,
      );
      return Object.fromEntries(
        kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]),
      );
    }
  }
}
