import { readEnvironment } from "./shared/environment";
import { createTelemetry } from "./shared/telemetry";
import { awsFleet } from "./scaling/awsFleet";
import { parseConfiguration } from "./scaling/configuration";
import { createScaleFleet, type ScaleFleetResult } from "./scaling/scaleFleet";

const configuration = parseConfiguration(readEnvironment("SCALER").SCALER);
const scaleFleet = createScaleFleet(configuration, awsFleet(configuration), createTelemetry());

/** Woken by the fleet's alarm and by a tick each minute; both mean: look, decide, act. */
export const handler = (event: unknown): Promise<ScaleFleetResult> => scaleFleet(event);
