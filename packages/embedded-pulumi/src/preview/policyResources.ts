import { UNKNOWN_VALUE } from "../../../../policy/evaluate";
import type { PolicyResource } from "../../../../policy/rule";
import type { RegisteredResource } from "../engine/state";
import { isPropertyMap, plainMap, type PropertyValue, Unknown } from "../engine/values";

/** A run's resources as the policy pack's rules see them; the stack and components among them. */
export function policyResources(resources: readonly RegisteredResource[]): readonly PolicyResource[] {
  return resources.map(({ urn, type, name, inputs, outputs, propertyDependencies }) => ({
    urn,
    type,
    name,
    // What the provider adds, such as its default tags, counts as much as what the program gave.
    props: judged({ ...plainMap(outputs), ...plainMap(inputs) }) as Record<string, unknown>,
    propertyDependencies,
  }));
}

function judged(value: PropertyValue): unknown {
  if (value instanceof Unknown) return UNKNOWN_VALUE;
  if (Array.isArray(value)) return value.map(judged);
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, judged(member)]));
}
