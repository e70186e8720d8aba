import { isGone, type InstanceRecord } from "./fleet";
import { clientToken, type FleetIdentity, type Launch } from "./launchPlan";
import { launchRefusal, type LaunchRefusal } from "./launchRefusal";

export interface RunRequest {
  readonly clientToken: string;
  readonly subnetId: string;
}

interface Asked {
  readonly clientToken: string;
  /** EC2 refused an earlier choice for this place, and might grant it to whoever asks next. */
  readonly detour: boolean;
}

export type PlaceOutcome =
  | ({ readonly kind: "filled"; readonly instance: InstanceRecord } & Asked)
  | ({ readonly kind: Exclude<LaunchRefusal["kind"], "spent">; readonly reason: string } & Asked);

/** Launches in flight at once: EC2 refills two `RunInstances` calls a second, from a small bucket. */
const AT_ONCE = 5;

/** Fillings tried for one place; far more than a day of scaling in and out can use up. */
const MOST_FILLINGS = 200;

/**
 * Fills each place: in its home zone, and in the remaining zones in turn as long as each says definitely that
 * it has no room.
 *
 * @param run asks EC2 for one instance; rejects with the SDK's errors.
 */
export async function fillPlaces(
  launches: readonly Launch[],
  identity: FleetIdentity,
  run: (request: RunRequest) => Promise<InstanceRecord>,
): Promise<PlaceOutcome[]> {
  const outcomes: PlaceOutcome[] = [];
  for (let from = 0; from < launches.length; from += AT_ONCE) {
    const some = launches.slice(from, from + AT_ONCE);
    for (const outcome of await Promise.all(some.map((launch) => fillPlace(launch, identity, run))))
      outcomes.push(outcome);
  }
  return outcomes;
}

async function fillPlace(
  launch: Launch,
  identity: FleetIdentity,
  run: (request: RunRequest) => Promise<InstanceRecord>,
): Promise<PlaceOutcome> {
  const { place, subnetIds } = launch;
  let filling = launch.filling;
  let zone = 0;
  let noRoom: string[] = [];
  let detour = false;
  for (;;) {
    const subnetId = subnetIds[zone];
    const asked = { clientToken: clientToken({ place, filling }, identity), detour };
    if (subnetId === undefined) return { kind: "no capacity", reason: noRoom.join("; "), ...asked };

    const answer = await run({ clientToken: asked.clientToken, subnetId }).catch(launchRefusal);
    if ("id" in answer && !isGone(answer)) return { kind: "filled", instance: answer, ...asked };
    const refusal: LaunchRefusal = "id" in answer ? { kind: "spent" } : answer;
    switch (refusal.kind) {
      case "spent":
        if (++filling - launch.filling === MOST_FILLINGS) {
          const reason = `${MOST_FILLINGS} client tokens of place ${place} in a row are spent`;
          return { kind: "refused", reason, ...asked };
        }
        // The next filling is asked for at home again, by everyone alike.
        zone = 0;
        noRoom = [];
        break;
      case "no capacity":
        noRoom.push(`${subnetId}: ${refusal.reason}`);
        zone++;
        detour = true;
        break;
      case "already decided":
      case "refused":
      case "unclear":
        return { ...refusal, ...asked };
    }
  }
}
