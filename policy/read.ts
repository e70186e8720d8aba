import type { PolicyResource } from "./rule";

/** The members of a nested input; none when it is left out. */
export function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A list's elements. One element may stand for itself, as in IAM's documents. */
export function elements(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function strings(value: unknown): readonly string[] {
  return elements(value).map(String);
}

/** The provider takes some flags as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** Resources of `type` whose input `property` comes from `target`. */
export function referringTo(
  target: PolicyResource,
  stack: readonly PolicyResource[],
  type: string,
  property: string,
): readonly PolicyResource[] {
  return stack.filter(
    (resource) =>
      resource.type === type && (resource.propertyDependencies[property] ?? []).includes(target.urn),
  );
}

/** Resources of `type` that the input `property` of `resource` comes from. */
export function referredBy(
  resource: PolicyResource,
  stack: readonly PolicyResource[],
  property: string,
  type: string,
): readonly PolicyResource[] {
  const urns = resource.propertyDependencies[property] ?? [];
  return stack.filter((other) => other.type === type && urns.includes(other.urn));
}
