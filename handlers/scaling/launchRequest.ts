import { createHash } from "node:crypto";
import * as v from "valibot";

/** All that a `RunInstances` call for the fleet says, beside its client token. */
export const launchRequest = v.object({
  launchTemplateId: v.string(),
  /** A number, never `$Default`: the same request must mean the same instance tomorrow. */
  launchTemplateVersion: v.string(),
  subnetId: v.string(),
  securityGroupIds: v.array(v.string()),
  publicIp: v.boolean(),
  tags: v.record(v.string(), v.string()),
  /** Instances wanted; EC2 launches as many of them as it can. */
  count: v.number(),
});

export type LaunchRequest = Immutable<v.InferOutput<typeof launchRequest>>;

export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** What of a request is the same for every launch. */
export type LaunchSettings = Omit<LaunchRequest, "subnetId" | "count">;

/**
 * The client token of a launch: EC2 answers a repeated call with the instances of the first, for a day at least.
 * It holds the whole request, since EC2 refuses a token that comes with another one; the day, since EC2 forgets;
 * and the launch's number in the journal, since two equal launches are two.
 *
 * At most 64 ASCII characters, as EC2 demands.
 */
export function clientToken(request: LaunchRequest, sequence: number, now: number): string {
  const { tags, ...rest } = request;
  const day = new Date(now).toISOString().slice(0, 10);
  const hash = createHash("sha256")
    .update(JSON.stringify([day, byName(rest), byName(tags)]))
    .digest("hex");
  return `${hash.slice(0, 40)}-${sequence}`;
}

function byName(members: object): [string, unknown][] {
  // Stryker disable next-line EqualityOperator: no two have the same name, and any order that is always the same will do.
  return Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Spreads `count` launches over the subnets so that each ends up with as many instances as the others, in as few
 * calls as there are subnets. The order of `subnetIds` does not matter.
 *
 * @param there the subnet of each instance that is there or on its way.
 */
export function spread(
  count: number,
  subnetIds: readonly string[],
  there: readonly string[],
): { readonly subnetId: string; readonly count: number; readonly elsewhere: readonly string[] }[] {
  const sorted = [...new Set(subnetIds)].toSorted();
  const sizes = new Map(sorted.map((id) => [id, there.filter((subnet) => subnet === id).length]));
  const shares = new Map<string, number>();
  for (let placed = 0; placed < count; placed++) {
    const [first, ...others] = sorted;
    // Stryker disable next-line ConditionalExpression,ArrayDeclaration: a fleet has a subnet, as its configuration says.
    if (first === undefined) return [];
    const size = (id: string) => sizes.get(id) ?? 0;
    const smallest = others.reduce((best, id) => (size(id) < size(best) ? id : best), first);
    sizes.set(smallest, size(smallest) + 1);
    shares.set(smallest, (shares.get(smallest) ?? 0) + 1);
  }
  return [...shares].map(([subnetId, share]) => {
    const at = sorted.indexOf(subnetId);
    const elsewhere = [...sorted.slice(at + 1), ...sorted.slice(0, at)];
    return { subnetId, count: share, elsewhere };
  });
}
