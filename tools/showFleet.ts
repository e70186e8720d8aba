import type { CloudEvent } from "embedded-aws";
import type { Terminal } from "embedded-pulumi/cli";
import type { LocalDeployment } from "./deployLocally";
import { optionalOutput } from "./target";
import { demonstrateScaler, nothingToShow } from "./demonstration/demonstrateScaler";
import {
  brokenSchedulePromises,
  demonstrateSchedule,
  describeSchedule,
} from "./demonstration/demonstrateSchedule";
import { brokenScalerPromises, describeScaler } from "./demonstration/describeScaler";
import { describeFleetEnd, destroyFleet, type FleetEnd } from "./demonstration/destroyFleet";
import type { ScalerDemonstration } from "./demonstration/fleetTally";
import { readScalerSettings } from "./demonstration/scalerSettings";
import { unlessStuck } from "./demonstration/stuckFunction";

/** Seconds of the cloud per real second. */
export const REAL_TIME = 1;
/** Fast enough that the fleet's half hour passes in seconds. */
export const SCALER_SPEED = 300;
export const FASTEST = 3600;

/** What brings the fleet on, and how long it may stand still by its faster clock: the scaler's tick comes each minute. */
const FLEET_PROGRESS: ReadonlySet<CloudEvent["type"]> = new Set<CloudEvent["type"]>([
  "instance-state-changed",
  "alarm-state-changed",
]);
const FLEET_PATIENCE_MS = 5 * 60_000;

/** What a demonstration of the fleet has come to. */
export interface FleetShown {
  /** For a person. */
  readonly lines: readonly string[];
  readonly broken: readonly string[];
  /** For machines. */
  readonly figures: object;
}

/**
 * Puts load on the fleet of a stack that is deployed. Undefined for a stack that has no scaler, or none that any load would
 * move. Rejects with `CannotGoOn` where a function stands in the way.
 */
export async function showFleet(
  deployment: LocalDeployment,
  givenSpeed: number | undefined,
  terminal: Terminal,
): Promise<FleetShown | undefined> {
  const functionName = optionalOutput(deployment, "scaleFleetFunctionName");
  if (functionName === undefined) return undefined;
  const { cloud } = deployment;
  const settings = await readScalerSettings(cloud.context, functionName);
  const reason = nothingToShow(settings);
  if (reason !== undefined) {
    terminal.print(`\nThe scaler is not demonstrated: ${reason}.`);
    return undefined;
  }
  const scheduled = settings.schedule.length > 0;
  const speed = givenSpeed ?? (scheduled ? FASTEST : SCALER_SPEED);
  terminal.print(
    `\nPutting load on the fleet, the cloud's clock ${speed} times as fast while nothing runs:\n`,
  );
  deployment.setSpeed(speed);
  const tell = (line: string) => terminal.print(line);
  const expectation = {
    functionNames: [functionName],
    progress: FLEET_PROGRESS,
    achievement: "instance-state-changed" as const,
    patienceMs: FLEET_PATIENCE_MS,
  };
  const shown = await unlessStuck(
    cloud.context,
    expectation,
    terminal.signal,
    async (signal): Promise<FleetShown> => {
      if (!scheduled) {
        const load = await demonstrateScaler(cloud, settings, tell, signal);
        return {
          lines: describeScaler(load),
          broken: brokenScalerPromises(load),
          figures: scalerSummary(load),
        };
      }
      const day = await demonstrateSchedule(cloud, settings, tell, signal);
      const { missed: _, ...figures } = day;
      return { lines: describeSchedule(day), broken: brokenSchedulePromises(day), figures };
    },
  );
  for (const line of shown.lines) terminal.print(line);
  return shown;
}

/** Destroys the stack to show what becomes of its fleet; undefined for a stack without one. */
export async function showFleetEnd(
  deployment: LocalDeployment,
  terminal: Terminal,
): Promise<FleetEnd | undefined> {
  const functionName = optionalOutput(deployment, "scaleFleetFunctionName");
  if (functionName === undefined) return undefined;
  deployment.setSpeed(REAL_TIME);
  const end = await destroyFleet(
    deployment,
    await readScalerSettings(deployment.cloud.context, functionName),
  );
  terminal.print(`\n${describeFleetEnd(end)}`);
  return end;
}

function scalerSummary({ alarms, launched, peak, maximum, terminated, final }: ScalerDemonstration) {
  return { alarms, launched, peak, maximum, terminated, final };
}
