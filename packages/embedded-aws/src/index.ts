/** The public face of the embedded cloud. What is not named here is the package's own business. */
export { startCloud, type Cloud, type CloudOptions } from "./cloud";
export { type Conditions, kind, newAccount, unkind } from "./core/conditions/conditions";
export type { ConsoleOffer } from "./console/console";
export type { Topology } from "./console/graph";
export type { Fleet, Preset } from "./console/protocol";
export { conditionsAsJson, describeConditions } from "./core/conditions/describeConditions";
export { connectCloud, type RemoteCloud } from "./remote";
export { RunningClock, SteppedClock, type Cancel, type Clock } from "./core/clock";
export { KeptStateError } from "./core/keptDatabase";
export { KeptFile, type KeptFileOptions } from "./core/keptFile";
export { AwsError } from "./core/errors";
export { EventStream, type AlarmEvent, type CloudEvent, type InstanceEvent } from "./core/eventStream";
export { functionErrorIn, troubleIn } from "./core/trouble";
export type { CloudContext, InspectedFunction } from "./core/service";
export type { WireCall, WireFault } from "./core/wireFaults";
export type { Load } from "./load/load";
export type { Email } from "./services/ses/inbox";
export type { Input, Output, ServiceCaller } from "./wire/operation";
