import type { Change } from "./resourceType";

type Tags = Readonly<Record<string, string>>;

/** Brings about what differs between the tags of a resource: those that are gone, then all that it is to have. */
export async function retag(
  { inputs, old, changed }: Pick<Change<{ readonly tags: Tags }>, "inputs" | "old" | "changed">,
  tag: (tags: Tags) => Promise<unknown>,
  untag: (keys: string[]) => Promise<unknown>,
): Promise<void> {
  if (!changed.has("tags")) return;
  const gone = Object.keys(old.tags).filter((key) => !Object.hasOwn(inputs.tags, key));
  if (gone.length > 0) await untag(gone);
  if (Object.keys(inputs.tags).length > 0) await tag(inputs.tags);
}
