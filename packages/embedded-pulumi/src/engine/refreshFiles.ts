import { type Checkpoint, standing } from "./checkpoint";
import type { Provider } from "./provider";
import { Archive, Asset, plainMap, type PropertyMap } from "./values";

/**
 * Brings about what has changed in the files of resources' assets and archives, such as a function's code, without a
 * run of the program. Gives the names of the resources that have changed.
 */
export async function refreshFiles(checkpoint: Checkpoint, provider: Provider): Promise<readonly string[]> {
  const refreshed: string[] = [];
  for (const record of checkpoint.all()) {
    const { resource, config } = record;
    const inputs = plainMap(resource.inputs);
    if (!resource.custom || !Object.values(inputs).some(isFiles)) continue;
    const request = {
      urn: resource.urn,
      type: resource.type,
      name: resource.name,
      inputs,
      nameSuffix: "",
      config,
    };
    const files = await provider.comparable(request);
    const compared = { ...record.compared };
    for (const [name, value] of Object.entries(inputs))
      if (isFiles(value)) compared[name] = files[name] ?? null;
    const changes = provider.changes(resource.type, record.compared, compared);
    if (changes.length === 0) continue;
    const changed = new Set(changes.map(({ path: [property = ""] }) => property));
    const { outputs } = await provider.update(request, standing(record), changed);
    checkpoint.put({
      ...record,
      compared,
      resource: { ...resource, outputs: { ...resource.outputs, ...outputs } },
    });
    refreshed.push(resource.name);
  }
  return refreshed;
}

function isFiles(value: PropertyMap[string]): boolean {
  return value instanceof Archive || value instanceof Asset;
}
