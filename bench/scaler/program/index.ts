import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { CpuScaler } from "../../../components/cpuScaler/cpuScaler";
import type { ScheduleEntry } from "../../../handlers/scaling/schedule";
import { fleetNetwork } from "../../../components/cpuScaler/fleetNetwork";

/** What the comparison gives every policy; the rest are the component's defaults. */
export type ComparedSettings = Readonly<
  Record<
    | "minInstances"
    | "maxInstances"
    | "targetCpuPercent"
    | "reserveInstances"
    | "alarmCpuPercent"
    | "tolerance"
    | "warmupSeconds"
    | "scaleInAfterSeconds"
    | "maxStep",
    number
  >
> & { readonly schedule?: readonly ScheduleEntry[] };

// Handlers are bundled from the project's root, and this program runs in its own folder.
process.chdir(path.resolve(__dirname, "../../.."));

const settings = new pulumi.Config().requireObject<ComparedSettings>("scaler");

const scaler = new CpuScaler("fleet", {
  amiId: "ami-0a12023000000864a",
  instanceType: "t3.micro",
  ...settings,
  ...fleetNetwork("fleet", { subnetIds: undefined, securityGroupIds: undefined }, {}),
});

export const fleet = scaler.fleet;
export const launchTemplateId = scaler.launchTemplateId;
