import { createHash } from "node:crypto";
import { isGone, type InstanceRecord } from "./fleet";

/**
 * How a launch happens once, whoever asks for it and however often.
 *
 * The fleet has numbered places, 1 to its maximum. Each is filled by a `RunInstances` call for one instance,
 * whose client token names the place and how often it was filled before: "the third instance in place 5". So
 * the token says what is to be there, not who asked or when: duplicates, retries, two invocations at once and
 * invocations that do not see yet what another has just launched all choose the lowest empty places, ask with
 * the same tokens, and EC2 answers with the instances that are already there. There are no more tokens than
 * places, so no more instances than the maximum.
 *
 * A token is remembered until at least 24 hours after its instance is terminated, while the instance is
 * described for about an hour. When a place was emptied in between, EC2 says that the token is spent, and the
 * next filling is tried, in order and without leaving any out.
 *
 * EC2 remembers tokens per zone. Every place has one home zone, which is always asked first; only a launch in
 * another zone, after a definite refusal at home, could be repeated at home by someone who does not see it.
 * Against that the function runs one at a time, and ends only when it sees what it launched elsewhere.
 */
export interface Launch {
  readonly place: number;
  /** How many instances filled this place before. */
  readonly filling: number;
  /** The subnets to try: the home zone's first. */
  readonly subnetIds: readonly string[];
}

export interface FleetIdentity {
  readonly fleet: string;
  readonly launchTemplateId: string;
  readonly maxInstances: number;
  readonly subnetIds: readonly string[];
}

/** The launches that fill the `count` lowest empty places; fewer, when instances that are stopped hold some. */
export function planLaunches(
  records: readonly InstanceRecord[],
  count: number,
  identity: FleetIdentity,
): Launch[] {
  const key = fleetKey(identity);
  const taken = new Set<number>();
  const fillings = new Map<number, number>();
  for (const record of records) {
    const token = parseToken(record.clientToken);
    if (token === undefined) continue;
    if (!isGone(record)) taken.add(token.place);
    if (token.key !== key) continue;
    fillings.set(token.place, Math.max(fillings.get(token.place) ?? 0, token.filling + 1));
  }
  const launches: Launch[] = [];
  for (let place = 1; place <= identity.maxInstances && launches.length < count; place++) {
    if (taken.has(place)) continue;
    launches.push({
      place,
      filling: fillings.get(place) ?? 0,
      subnetIds: rotated(identity.subnetIds, place - 1),
    });
  }
  return launches;
}

/** At most 64 ASCII characters, as EC2 demands. */
export function clientToken(
  { place, filling }: Pick<Launch, "place" | "filling">,
  identity: FleetIdentity,
): string {
  return `${fleetKey(identity)}-${place}-${filling}`;
}

/**
 * Changes with everything that the request is made of beside the place, so that a changed request is a new
 * decision and not a mismatch with an old one.
 */
function fleetKey({ fleet, launchTemplateId, subnetIds }: FleetIdentity): string {
  return createHash("sha256")
    .update(JSON.stringify([fleet, launchTemplateId, subnetIds]))
    .digest("hex")
    .slice(0, 32);
}

function parseToken(
  token: string | undefined,
): { readonly key: string; readonly place: number; readonly filling: number } | undefined {
  const parts = /^([0-9a-f]{32})-(\d+)-(\d+)$/.exec(token ?? "");
  return parts === null
    ? undefined
    : { key: parts[1] ?? "", place: Number(parts[2]), filling: Number(parts[3]) };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
