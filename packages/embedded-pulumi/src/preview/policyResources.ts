import type { RegisteredResource } from "../engine/state";
import { isPropertyMap, plainMap, type PropertyValue, Unknown } from "../engine/values";
import type { JudgedResource } from "./policy";

/**
 * A run's resources as policy rules see them; the stack and components among them.
 *
 * @param unknown stands for each value that is not known yet.
 */
export function policyResources(
  resources: readonly RegisteredResource[],
  unknown: unknown,
): readonly JudgedResource[] {
  return resources.map(({ urn, type, name, inputs, outputs, propertyDependencies }) => ({
    urn,
    type,
    name,
    // What the provider adds, such as its default tags, counts as much as what the program gave.
    props: judged({ ...plainMap(outputs), ...plainMap(inputs) }, unknown) as Record<string, unknown>,
    propertyDependencies,
  }));
}

function judged(value: PropertyValue, unknown: unknown): unknown {
  if (value instanceof Unknown) return unknown;
  if (Array.isArray(value)) return value.map((member: PropertyValue) => judged(member, unknown));
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, judged(member, unknown)]));
}
