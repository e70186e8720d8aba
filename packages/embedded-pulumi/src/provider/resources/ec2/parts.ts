import type { Input } from "embedded-aws";
import type { Change, CreateContext } from "../../resourceType";
import { retag } from "../../retag";
import { tagList } from "../../schemas";

/** What EC2's resource types share: their ARNs, their tags, and waiting for what takes its time. */

export function arnOf({ region, accountId }: CreateContext, type: string, id: string): string {
  return `arn:aws:ec2:${region}:${accountId}:${type}/${id}`;
}

type ResourceType = NonNullable<
  NonNullable<Input<"ec2", "CreateVpc">["TagSpecifications"]>[number]["ResourceType"]
>;

/** EC2's own form of tags at creation; undefined when there are none. */
export function tagsOf(resourceType: ResourceType, given: Readonly<Record<string, string>>) {
  return Object.keys(given).length === 0 ? undefined : [{ ResourceType: resourceType, Tags: tagList(given) }];
}

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

/** How often one looks whether something has come or gone, and for how long at most; milliseconds of the clock. */
const LOOK_MS = 1_000;
const LONGEST_MS = 10 * 60_000;

/** Looks until `isDone`. @throws when it takes longer than AWS ever does. */
export async function until(
  context: CreateContext,
  what: string,
  isDone: () => Promise<boolean>,
): Promise<void> {
  for (let waited = 0; !(await isDone()); waited += LOOK_MS) {
    if (waited >= LONGEST_MS) throw new Error(`${what} after ${LONGEST_MS / 60_000} minutes`);
    await context.wait(LOOK_MS);
  }
}
