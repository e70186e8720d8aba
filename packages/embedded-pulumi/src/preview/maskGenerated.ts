import type { RegisteredResource } from "../engine/state";
import type { Wire } from "../engine/values";
import { resourceTypes } from "../provider/table";

/** What EC2 and others make up: "lt-0a1b2c3d4e5f60718", or a UUID. */
const GENERATED_ID = /[a-z]+-[0-9a-f]{17}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Whose ids have no form that would tell that they are made up: API Gateway's "kcwumglf". */
const GENERATED_WHOLE = /^aws:apigatewayv2\/(api|authorizer|integration|route):/;

/**
 * Replaces what differs from run to run, and in AWS from deployment to deployment, by words that do not: an
 * automatic name "orders-1a2b3c4" becomes "orders-[auto]", a generated id "[id of orders]", the embedded cloud's
 * endpoint "[endpoint]", wherever they stand.
 */
export function maskGenerated(
  resources: readonly RegisteredResource[],
  endpoint: string,
): (value: Wire) => Wire {
  const words = new Map([[endpoint, "[endpoint]"]]);
  for (const resource of resources) {
    const automatic = automaticName(resource);
    if (automatic !== undefined) words.set(automatic, `${resource.name}-[auto]`);
    const generated = GENERATED_WHOLE.test(resource.type)
      ? resource.id
      : GENERATED_ID.exec(resource.id ?? "")?.[0];
    if (generated !== undefined) words.set(generated, `[id of ${resource.name}]`);
  }
  // The longest first: one name may begin with another.
  const texts = [...words.keys()].sort((a, b) => b.length - a.length);
  const expression = new RegExp(texts.map(escaped).join("|"), "g");
  const mask = (value: Wire): Wire => {
    if (typeof value === "string") return value.replace(expression, (text) => words.get(text) ?? text);
    if (Array.isArray(value)) return value.map(mask);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mask(member)]));
  };
  return mask;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The name with its 7 digits, when the engine chose it. */
function automaticName({ type, name, inputs }: RegisteredResource): string | undefined {
  const property = resourceTypes.get(type)?.autoName?.property;
  const value = property === undefined ? undefined : inputs[property];
  if (typeof value !== "string" || !value.startsWith(`${name}-`)) return undefined;
  const digits = /^[0-9a-f]{7}/.exec(value.slice(name.length + 1))?.[0];
  return digits === undefined ? undefined : `${name}-${digits}`;
}
