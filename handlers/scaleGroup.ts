import type { InvocationContext } from "./shared/batch";
import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { awsCpu } from "./scaling/awsCpu";
import { awsGroup } from "./scaling/awsGroup";
import { parseGroupConfiguration } from "./scaling/configuration";
import { groupFleet } from "./scaling/groupFleet";
import { createScaleFleet, type ScaleFleetResult } from "./scaling/handleTrigger";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("SCALER");

const configuration = parseGroupConfiguration(environment.SCALER);
const { autoScalingGroupName, fleetTagKey, fleet: fleetName } = configuration;
const now = () => Date.now();

const fleet = groupFleet(awsGroup(autoScalingGroupName, { key: fleetTagKey, value: fleetName }), now);
const scaleFleet = createScaleFleet(configuration, { fleet, cpu: awsCpu(), now }, createTelemetry());

/** As `scaleFleet`, for a fleet that an Auto Scaling group keeps: it is told its size. */
export const handler = (event: unknown, context: InvocationContext): Promise<ScaleFleetResult> =>
  scaleFleet(event, { remainingMs: () => context.getRemainingTimeInMillis() });
