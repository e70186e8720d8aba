import { ArgumentChecks } from "../parts/arguments";
import { checkTable, relation } from "../parts/argumentTable";
import {
  cpuScalerArguments,
  INSTANCE_PROFILE_ARN,
  ROLE_ARN,
  type CheckedCpuScalerArgs,
  type CpuScalerArgs,
} from "./arguments";
import { alarmProblem, reserveProblem, targetProblem } from "./reserve";
import { greatest, scheduleProblem } from "./schedule";

/** What must hold between the arguments. */
export const cpuScalerRelations = [
  relation(
    cpuScalerArguments,
    "minInstances",
    [],
    (minimum) =>
      minimum === 0
        ? "got 0 without a wakeMetric or a schedule; expected at least 1, because no instance has no CPU, and nothing would ever wake an empty fleet"
        : undefined,
    "wakeMetric",
    "schedule",
  ),
  relation(cpuScalerArguments, "schedule", [], scheduleProblem),
  relation(
    cpuScalerArguments,
    "schedule",
    [],
    (entries) =>
      greatest(entries, "min") > 0
        ? undefined
        : "got a min of 0 in every entry without a wakeMetric; expected at least one of 1 or more, or nothing would ever wake an empty fleet",
    "wakeMetric",
  ),
  relation(cpuScalerArguments, "schedule", [], (entries) =>
    greatest(entries, "max") > 0
      ? undefined
      : "got a max of 0 in every entry; expected at least one of 1 or more, or the fleet could never have an instance",
  ),
  relation(cpuScalerArguments, "maxInstances", ["minInstances"], (maximum, minimum) =>
    maximum < minimum ? `got ${maximum}; expected at least minInstances, ${minimum}` : undefined,
  ),
  relation(cpuScalerArguments, "spotPercent", ["capacity"], (percent, capacity) =>
    percent > 0 && capacity !== "autoScalingGroup"
      ? `got ${percent} with the capacity ${capacity}; expected 0, or autoScalingGroup: only a group has Spot instances replaced`
      : undefined,
  ),
  // An image of another architecture does not boot, and its type refuses it.
  relation(cpuScalerArguments, "instanceType", ["amiSsmParameter"], (type, parameter) => {
    const [needed, given] = [architectureOfType(type), architectureOfParameter(parameter)];
    return given !== undefined && given !== needed
      ? `got ${type}, which needs an image for ${needed}; expected one for ${given}, which amiSsmParameter names`
      : undefined;
  }),
  // The maximum is the given one, or the greatest of a schedule, which then holds instead of it.
  relation(
    cpuScalerArguments,
    "reserveInstances",
    ["maxInstances"],
    (reserve, maximum) => reserveProblem(reserve, maximum, "maxInstances"),
    "schedule",
  ),
  relation(cpuScalerArguments, "reserveInstances", ["schedule"], (reserve, entries) =>
    reserveProblem(reserve, greatest(entries, "max"), "the greatest max of schedule"),
  ),
  relation(
    cpuScalerArguments,
    "targetCpuPercent",
    ["tolerance", "reserveInstances", "maxInstances"],
    targetProblem,
    "schedule",
  ),
  relation(
    cpuScalerArguments,
    "targetCpuPercent",
    ["tolerance", "reserveInstances", "schedule"],
    (target, tolerance, reserve, entries) =>
      targetProblem(target, tolerance, reserve, greatest(entries, "max")),
  ),
  relation(
    cpuScalerArguments,
    "alarmCpuPercent",
    ["targetCpuPercent", "reserveInstances", "maxInstances"],
    alarmProblem,
    "schedule",
  ),
  relation(
    cpuScalerArguments,
    "alarmCpuPercent",
    ["targetCpuPercent", "reserveInstances", "schedule"],
    (alarm, target, reserve, entries) => alarmProblem(alarm, target, reserve, greatest(entries, "max")),
  ),
];

type Architecture = "arm64" | "x86_64";

/** Graviton's types have a "g" right behind their generation, and a1 is the first: Amazon EC2 user guide, naming. */
function architectureOfType(type: string): Architecture {
  return /^(a1|[a-z]+[0-9]+g[a-z-]*)\./.test(type) ? "arm64" : "x86_64";
}

/** AWS's public parameters, and most people's own, say in their name what the image is for. */
function architectureOfParameter(parameter: string): Architecture | undefined {
  if (/arm64|aarch64/.test(parameter)) return "arm64";
  return /x86_64|amd64/.test(parameter) ? "x86_64" : undefined;
}

/** What is wrong with the choice of an image: exactly one of the two is to be given. */
export function imageProblem(amiId: unknown, amiSsmParameter: unknown): string | undefined {
  if ((amiId === undefined) !== (amiSsmParameter === undefined)) return undefined;
  const got = amiId === undefined ? "neither" : "both";
  return `got ${got} of amiId and amiSsmParameter; expected exactly one`;
}

/**
 * The arguments with their defaults, checked all together.
 *
 * @throws pulumi.InputPropertiesError naming every bad one that is known now.
 */
export function checkCpuScalerArgs(component: string, args: CpuScalerArgs): CheckedCpuScalerArgs {
  const checks = new ArgumentChecks(component);
  const image = imageProblem(args.amiId, args.amiSsmParameter);
  if (image !== undefined) checks.reject("amiId", image);
  if (args.amiSsmParameter !== undefined && args.metric === undefined) {
    checks.reject(
      "metric",
      "not given; expected one with amiSsmParameter, because an alarm by ImageId must know the image beforehand",
    );
  }
  if (args.metric?.kind === "dimensions" && Object.keys(args.metric.dimensions).length === 0) {
    checks.reject("metric.dimensions", "got none; expected at least one, such as InstanceType");
  }
  if (args.capacity !== "autoScalingGroup") {
    for (const name of ["targetGroupArns", "lifecycleHooks"] as const)
      if (args[name] !== undefined)
        checks.reject(name, 'given without the capacity "autoScalingGroup"; expected none, or that capacity');
  }
  for (const { name, heartbeatSeconds = 3600 } of args.lifecycleHooks ?? []) {
    if (!/^[\w/-]{1,255}$/.test(name))
      checks.reject("lifecycleHooks", `got the name "${name}"; expected letters, digits, -, _ and /`);
    if (!(heartbeatSeconds >= 30 && heartbeatSeconds <= 7_200))
      checks.reject(
        "lifecycleHooks",
        `got ${heartbeatSeconds} as ${name}'s heartbeat; expected 30 to 7,200 seconds`,
      );
  }
  const checked = checkTable(checks, cpuScalerArguments, args, cpuScalerRelations);
  const { instanceProfile: profile } = args;
  const instanceProfile = profile && {
    arn: checks.required("instanceProfile.arn", profile.arn, INSTANCE_PROFILE_ARN),
    roleArn: checks.required("instanceProfile.roleArn", profile.roleArn, ROLE_ARN),
  };
  checks.throwIfAny();
  return { ...checked, instanceProfile };
}
