import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { InvocationContext } from "./shared/batch";
import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { awsEc2 } from "./scaling/awsEc2";
import { dynamoJournal } from "./scaling/dynamoJournal";
import { createEndFleet, type EndFleetResult } from "./scaling/endFleet";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("FLEET", "FLEET_TAG_KEY", "JOURNAL_TABLE_NAME");

const endFleet = createEndFleet({
  ec2: awsEc2({ key: environment.FLEET_TAG_KEY, value: environment.FLEET }),
  store: dynamoJournal(environment.JOURNAL_TABLE_NAME, environment.FLEET),
  clock: { now: () => Date.now(), sleep: (ms) => sleep(ms) },
  newHolder: randomUUID,
  log: createTelemetry().log,
});

/** Invoked by the deployment itself, as the fleet's stack is created, changed and destroyed. */
export const handler = (event: unknown, context: InvocationContext): Promise<EndFleetResult> =>
  endFleet(event, { remainingMs: () => context.getRemainingTimeInMillis() });
