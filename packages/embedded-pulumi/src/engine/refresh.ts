import { type Checkpoint, standing, type StandingRecord } from "./checkpoint";
import { DeploymentFailure } from "./deployment";
import { limit } from "./limit";
import {
  type Comparable,
  describeFailure,
  type Provider,
  type ReadResource,
  type StandingResource,
} from "./provider";
import { containsSecret, isPropertyMap, mapToWire, type PropertyMap, Secret, type Wire } from "./values";

/** What has been done to a resource behind its program's back. */
export interface Drift {
  readonly urn: string;
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  readonly name: string;
  /** Whether it is gone: the next update makes it anew. */
  readonly gone: boolean;
  /** The inputs that differ, by name; none of one that is gone. */
  readonly changed: readonly string[];
}

/** How many resources are read at once. */
const PARALLEL = 16;

/**
 * Reads every resource that stands, as `pulumi refresh` does, and has the checkpoint know it as it is: the next update
 * then brings it back to what the program says. Gives what differed, in the order of creation.
 *
 * @throws DeploymentFailure that names the resource that could not be read; the checkpoint is then as it was.
 */
export async function refresh(checkpoint: Checkpoint, provider: Provider): Promise<readonly Drift[]> {
  const limited = limit(PARALLEL);
  const present = checkpoint.all().filter((record) => checkpoint.get(record.resource.urn) === record);
  const readings = await Promise.all(
    present
      .filter(({ resource }) => resource.custom)
      .map((record) => limited(async () => ({ record, found: await look(record, provider) }))),
  );
  return readings.flatMap(({ record, found }): Drift[] => {
    const { urn, type, name } = record.resource;
    if (found === undefined) {
      checkpoint.remove(record);
      return [{ urn, type, name, gone: true, changed: [] }];
    }
    checkpoint.put(found.record);
    return found.changed.length === 0 ? [] : [{ urn, type, name, gone: false, changed: found.changed }];
  });
}

/** What differs of a resource, and its record as it stands; undefined when it is gone. */
async function look(record: StandingRecord, provider: Provider) {
  try {
    const before = standing(record);
    const read = await provider.read(before);
    if (read === undefined) return undefined;
    return { changed: read.changed, record: await recordOf(record, before, read, provider) };
  } catch (error) {
    const { urn, type, name } = record.resource;
    throw new DeploymentFailure(`${type} "${name}" could not be read: ${describeFailure(error)}`, urn);
  }
}

async function recordOf(
  record: StandingRecord,
  before: StandingResource,
  { changed, inputs, outputs }: ReadResource,
  provider: Provider,
): Promise<StandingRecord> {
  const { resource, config } = record;
  const found = {
    ...resource,
    inputs: withSecrets(resource.inputs, before.inputs, inputs),
    outputs: withSecrets(resource.outputs, before.outputs, outputs),
  };
  if (changed.length === 0) return { ...record, resource: found };
  const { urn, type, name } = resource;
  const anew = await provider.comparable({ urn, type, name, inputs, nameSuffix: "", config });
  const compared: Record<string, Wire> = { ...record.compared };
  for (const property of changed) {
    const value = property === "tags" ? tagsOf(outputs, anew) : anew[property];
    if (value === undefined) Reflect.deleteProperty(compared, property);
    else compared[property] = value;
  }
  return { ...record, compared, resource: found };
}

/** All tags that a resource has: those that its provider gives to everything may be gone as well. */
function tagsOf({ tagsAll }: PropertyMap, anew: Comparable): Wire | undefined {
  if (tagsAll === undefined || !isPropertyMap(tagsAll)) return anew.tags;
  return Object.keys(tagsAll).length === 0 ? undefined : mapToWire(tagsAll);
}

/** `now` with what has not changed as it was, and what has as secret as it was. */
function withSecrets(kept: PropertyMap, before: PropertyMap, now: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(now).map(([name, value]) => {
      const old = kept[name];
      if (old === undefined) return [name, value];
      if (before[name] === value) return [name, old];
      return [name, containsSecret(old) ? new Secret(value) : value];
    }),
  );
}
