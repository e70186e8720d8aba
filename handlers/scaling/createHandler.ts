import type { InvocationContext } from "../shared/batch";
import { createTelemetry } from "../shared/telemetry";
import { eventBus, topic } from "./awsChannels";
import { awsCpu } from "./awsCpu";
import type { CommonConfiguration } from "./configuration";
import type { FleetPort } from "./fleetPort";
import { createScaleFleet, type ScaleFleetResult } from "./handleTrigger";
import { awsLoadMetric } from "./loadMetric";
import { createTeller } from "./tell";

export type ScalerHandler = (event: unknown, context: InvocationContext) => Promise<ScaleFleetResult>;

/** The function of a scaler, whatever carries its decisions out: everything else that it needs of AWS is the same. */
export function createHandler(configuration: CommonConfiguration, fleet: FleetPort): ScalerHandler {
  const now = () => Date.now();
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
  return (event, context) => scaleFleet(event, { remainingMs: () => context.getRemainingTimeInMillis() });
}
