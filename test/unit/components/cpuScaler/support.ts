import * as pulumi from "@pulumi/pulumi";
import { CpuScaler } from "../../../../components/cpuScaler/cpuScaler";
import type { CpuScalerArgs } from "../../../../components/cpuScaler/arguments";
import { checkCpuScalerArgs } from "../../../../components/cpuScaler/checkArguments";
import { parseConfiguration } from "../../../../handlers/scaling/configuration";
import { WAKE_METRIC } from "../../handlers/scaling/situation";
import { promiseOf, recordResources, type Recorder } from "../../support/recordResources";

export const REQUIRED = {
  amiId: "ami-0123456789abcdef0",
  instanceType: "t3.micro",
  subnetIds: ["subnet-0aaaaaaa", "subnet-0bbbbbbb"],
  securityGroupIds: ["sg-0aaaaaaa"],
} satisfies CpuScalerArgs;
export const FLEET = "event-driven-aws-test-web";
export const ACCOUNT = "arn:aws:ec2:us-east-1:123456789012";
export const ROLE = "arn:aws:iam::123456789012:role/web";
export const PROFILE = "arn:aws:iam::123456789012:instance-profile/web";
export const KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:ops";
export const arn = (name: string) => `arn:aws:test:us-east-1:123456789012:${name}`;

export const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const FUNCTION = "aws:lambda/function:Function";

export interface Built {
  readonly scaler: CpuScaler;
  readonly recorder: Recorder;
}

export async function build(args: Partial<CpuScalerArgs> = {}): Promise<Built> {
  const recorder = recordResources();
  const scaler = new CpuScaler("web", { ...REQUIRED, ...args });
  await promiseOf(scaler.functionName);
  await recorder.settled();
  return { scaler, recorder };
}

/** Building takes most of a second: what is only looked at is built once, and shared. */
function once(args: Partial<CpuScalerArgs>): () => Promise<Built> {
  let built: Promise<Built> | undefined;
  return () => (built ??= build(args));
}

/** With nothing but what must be given. */
export const plainScaler = once({});
/** With what may be given besides. */
export const richScaler = once({
  tags: { Team: "shop" },
  publicIp: true,
  userData: "#!/bin/sh\necho hello\n",
  rootVolumeGigabytes: 20,
  volumeKmsKeyArn: KEY,
  instanceProfile: { arn: PROFILE, roleArn: ROLE },
  metric: { kind: "dimensions", dimensions: { InstanceType: "t3.micro" } },
  alarmActions: [TOPIC],
  maxInstances: 7,
  reserveInstances: pulumi.output(2),
  paused: true,
  eventBusName: "fleet-events",
  notifications: "ops@example.com",
  minInstances: 0,
  wakeMetric: pulumi.output(WAKE_METRIC),
  reservedConcurrency: 2,
  subnetIds: pulumi.output(Promise.resolve(["subnet-0ccccccc"])),
  securityGroupIds: [pulumi.output("sg-0ccccccc")],
});
/** Whose image a parameter names. */
export const scalerByParameter = once({
  amiId: undefined,
  amiSsmParameter: "/aws/service/al2023",
  metric: { kind: "fleetTag" },
});

export interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

export function statements(recorder: Recorder): Statement[] {
  const { inputs } = recorder.find("aws:iam/rolePolicy:RolePolicy", "web-scale-policy");
  return (JSON.parse(inputs.policy as string) as { Statement: Statement[] }).Statement;
}

export const statement = (recorder: Recorder, sid: string) =>
  statements(recorder).find(({ Sid }) => Sid === sid);

export function configurationOf(recorder: Recorder) {
  const { environment } = recorder.find(FUNCTION, "web-scale").inputs as {
    environment: { variables: Record<string, string> };
  };
  return parseConfiguration(environment.variables.SCALER);
}

export function problems(args: Partial<Record<keyof CpuScalerArgs, unknown>>): string[] {
  try {
    checkCpuScalerArgs('CpuScaler "web"', { ...REQUIRED, ...args } as CpuScalerArgs);
  } catch (error) {
    if (!(error instanceof pulumi.InputPropertiesError)) throw error;
    return error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  }
  return [];
}
