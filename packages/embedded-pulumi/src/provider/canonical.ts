import type { Wire } from "../engine/values";

export function isMembers(value: Wire | undefined): value is Record<string, Wire> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON text that is the same for the same value, however its keys are ordered; undefined for no value. */
export function canonical(value: Wire | undefined): string | undefined {
  return JSON.stringify(value, (_key, member: Wire) =>
    isMembers(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
