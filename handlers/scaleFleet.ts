import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { awsFleet } from "./scaling/awsFleet";
import { parseConfiguration } from "./scaling/configuration";
import { createScaleFleet, type ScaleFleetResult } from "./scaling/handleTrigger";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("SCALER");

const configuration = parseConfiguration(environment.SCALER);
const scaleFleet = createScaleFleet(configuration, awsFleet(configuration), createTelemetry());

/** Woken by the fleet's alarm and by a tick each minute; both mean: look, decide, act. */
export const handler = (event: unknown): Promise<ScaleFleetResult> => scaleFleet(event);
