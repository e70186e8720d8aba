import { createHash } from "node:crypto";
import type { Comparable, ResourceRequest } from "../engine/provider";
import { Archive, Asset, isPropertyMap, type PropertyValue, toWire, type Wire } from "../engine/values";
import { withoutRegion } from "./commonInputs";
import { readConfiguration } from "./configuration";
import { archiveFiles } from "./package";
import type { CreateContext } from "./resourceType";

/**
 * A resource's inputs as they are compared with later ones: packages by what is in their files now, which lie at the
 * same place when they have changed; tags with those that the provider gives to everything.
 */
export async function comparable(
  { inputs, config }: Pick<ResourceRequest, "inputs" | "config">,
  context: Pick<CreateContext, "region" | "programDirectory">,
): Promise<Comparable> {
  const { defaultTags } = readConfiguration(config, context.region);
  const tags = { ...defaultTags, ...(inputs.tags as Record<string, string> | undefined) };
  const all = { ...withoutRegion(inputs), ...(Object.keys(tags).length === 0 ? {} : { tags }) };
  const entries = Object.entries(all).map(async ([name, value]): Promise<[string, Wire]> => [
    name,
    await plainly(value, context.programDirectory),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function plainly(value: PropertyValue, directory: string): Promise<Wire> {
  if (value instanceof Asset) return await plainly(new Archive({ assets: { asset: value } }), directory);
  if (value instanceof Archive) {
    const hash = createHash("sha256");
    const files = [...(await archiveFiles(value, directory))].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, content] of files) hash.update(`${name}\0${content.length}\0`).update(content);
    return `sha256:${hash.digest("hex")}`;
  }
  if (Array.isArray(value))
    return await Promise.all(value.map((part: PropertyValue) => plainly(part, directory)));
  if (!isPropertyMap(value)) return toWire(value);
  const members = Object.entries(value).map(async ([name, member]): Promise<[string, Wire]> => [
    name,
    await plainly(member, directory),
  ]);
  return Object.fromEntries(await Promise.all(members));
}
