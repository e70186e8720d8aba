import { createHash } from "node:crypto";
import { ResourceFailure, type ResourceRequest } from "../engine/provider";
import { containsUnknown, type PropertyMap, UNKNOWN } from "../engine/values";
import { replaces } from "./replacements";
import type { ResourceType } from "./resourceType";

// What version 7 of the AWS provider takes of many types alike, so that no schema has to name it: the region of a single
// resource, and the beginning of a name that the provider ends.

/** The inputs that are a type's own: those that its schema knows. */
export function ownInputs(type: ResourceType, inputs: PropertyMap): PropertyMap {
  const { region, namePrefix, ...own } = inputs;
  return {
    ...own,
    ...(region === undefined || isRegional(type) ? {} : { region }),
    ...(namePrefix === undefined || takesPrefix(type) ? {} : { namePrefix }),
  };
}

/** Without the region, which the provider fills in: to name the one that there is changes nothing. */
export function withoutRegion(inputs: PropertyMap): PropertyMap {
  const { region: _region, ...others } = inputs;
  return others;
}

/** Throws `ResourceFailure` for another region than the cloud's. */
export function demandRegion(type: ResourceType, inputs: PropertyMap, region: string): void {
  const given = inputs.region;
  if (given === undefined || given === region || !isRegional(type) || containsUnknown(given)) return;
  throw new ResourceFailure(
    `got ${JSON.stringify(given)}; expected "${region}": the embedded cloud has one region, the one that the stack names`,
    "region",
  );
}

/**
 * A name that begins with `namePrefix` and goes on with 26 digits, as many as the AWS provider appends; undefined where
 * there is no prefix. Throws `ResourceFailure` when the program gives a name as well.
 */
export function prefixedName(
  type: ResourceType,
  { inputs, nameSuffix }: Pick<ResourceRequest, "inputs" | "nameSuffix">,
): PropertyMap[string] | undefined {
  const { name, namePrefix } = inputs;
  if (namePrefix === undefined || !takesPrefix(type)) return undefined;
  if (name !== undefined) throw new ResourceFailure("got it and name; expected one of them", "namePrefix");
  if (containsUnknown(namePrefix)) return UNKNOWN;
  if (typeof namePrefix !== "string")
    throw new ResourceFailure(`got ${JSON.stringify(namePrefix)}; expected a text`, "namePrefix");
  const digits = BigInt(`0x${createHash("sha256").update(nameSuffix).digest("hex")}`).toString();
  return namePrefix + digits.slice(-26);
}

/** IAM is one for all regions. */
function isRegional({ type }: ResourceType): boolean {
  return type.startsWith("aws:") && !type.startsWith("aws:iam/");
}

function takesPrefix({ type, autoName }: ResourceType): boolean {
  return autoName?.property === "name" && replaces(type, "namePrefix");
}
