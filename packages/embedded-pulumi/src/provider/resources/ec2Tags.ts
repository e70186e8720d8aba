import type { Change, CreateContext } from "../resourceType";
import { retag } from "../retag";
import { tagList } from "../schemas";

type Tagged = Pick<
  Change<{ readonly tags: Readonly<Record<string, string>> }>,
  "id" | "inputs" | "old" | "changed"
>;

/** Brings about what differs between the tags of one of EC2's resources. */
export async function retagEc2(change: Tagged, context: CreateContext): Promise<void> {
  const Resources = [change.id];
  await retag(
    change,
    (tags) => context.call("ec2", "CreateTags", { Resources, Tags: tagList(tags) }),
    (keys) => context.call("ec2", "DeleteTags", { Resources, Tags: keys.map((Key) => ({ Key })) }),
  );
}
