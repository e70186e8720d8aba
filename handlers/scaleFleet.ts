import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readEnvironment } from "./shared/environment";
import { awsEc2 } from "./scaling/awsEc2";
import { parseConfiguration } from "./scaling/configuration";
import { createHandler, type ScalerHandler } from "./scaling/createHandler";
import { dynamoJournal } from "./scaling/dynamoJournal";
import { instancesFleet } from "./scaling/instancesFleet";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("SCALER");

const configuration = parseConfiguration(environment.SCALER);
const { fleet: fleetName, fleetTagKey, journalTableName } = configuration;

const fleet = instancesFleet({
  ec2: awsEc2({ key: fleetTagKey, value: fleetName }),
  store: dynamoJournal(journalTableName, fleetName),
  clock: { now: () => Date.now(), sleep: (ms) => sleep(ms) },
  settings: configuration,
  newHolder: randomUUID,
});

/** Woken by the fleet's alarm and by a tick each minute; both mean: look, decide, act. */
export const handler: ScalerHandler = createHandler(configuration, fleet);
