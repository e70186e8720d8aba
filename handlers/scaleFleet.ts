import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { InvocationContext } from "./shared/batch";
import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { eventBus, topic } from "./scaling/awsChannels";
import { awsCpu } from "./scaling/awsCpu";
import { awsEc2 } from "./scaling/awsEc2";
import { parseConfiguration } from "./scaling/configuration";
import { dynamoJournal } from "./scaling/dynamoJournal";
import { createScaleFleet, type ScaleFleetResult } from "./scaling/handleTrigger";
import { instancesFleet } from "./scaling/instancesFleet";
import { awsLoadMetric } from "./scaling/loadMetric";
import { createTeller } from "./scaling/tell";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("SCALER");

const configuration = parseConfiguration(environment.SCALER);
const { fleet: fleetName, fleetTagKey, journalTableName } = configuration;
const now = () => Date.now();

const fleet = instancesFleet({
  ec2: awsEc2({ key: fleetTagKey, value: fleetName }),
  store: dynamoJournal(journalTableName, fleetName),
  clock: { now, sleep: (ms) => sleep(ms) },
  settings: configuration,
  newHolder: randomUUID,
});
const telemetry = createTelemetry();
const { eventBusName, notificationTopicArn } = configuration;
const channels = [
  eventBus(eventBusName),
  ...(notificationTopicArn === undefined ? [] : [topic(notificationTopicArn)]),
];
const teller = createTeller(channels, now, telemetry.log);
const { POWERTOOLS_METRICS_NAMESPACE: namespace = "", POWERTOOLS_SERVICE_NAME: service = "" } = process.env;
const load = awsLoadMetric(namespace, service);
const scaleFleet = createScaleFleet(configuration, { fleet, cpu: awsCpu(), load, now, teller }, telemetry);

/** Woken by the fleet's alarm and by a tick each minute; both mean: look, decide, act. */
export const handler = (event: unknown, context: InvocationContext): Promise<ScaleFleetResult> =>
  scaleFleet(event, { remainingMs: () => context.getRemainingTimeInMillis() });
