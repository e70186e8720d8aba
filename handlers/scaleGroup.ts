import { readEnvironment } from "./shared/environment";
import { awsGroup } from "./scaling/awsGroup";
import { parseGroupConfiguration } from "./scaling/configuration";
import { createHandler, type ScalerHandler } from "./scaling/createHandler";
import { groupFleet } from "./scaling/groupFleet";

/** What the function takes from its environment; its type binds whoever deploys it. */
export const environment = readEnvironment("SCALER");

const configuration = parseGroupConfiguration(environment.SCALER);
const { autoScalingGroupName, fleetTagKey, fleet: fleetName } = configuration;

const fleet = groupFleet(awsGroup(autoScalingGroupName, { key: fleetTagKey, value: fleetName }), () =>
  Date.now(),
);

/** As `scaleFleet`, for a fleet that an Auto Scaling group keeps: it is told its size. */
export const handler: ScalerHandler = createHandler(configuration, fleet);
