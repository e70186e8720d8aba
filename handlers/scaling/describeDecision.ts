import type { Decision, Findings, HoldReason } from "./decision";
import { forTheLoad } from "./wish";

export interface DecisionWording {
  readonly instanceType: string;
  /** The image's id, or the parameter that holds it. */
  readonly image: string;
  readonly maxInstances: number;
  readonly targetCpuPercent: number;
}

/**
 * A decision as one line for a person:
 * "CPU 91 % on 3 of 3 running; wanted 5, at most 10; launching 2 × t3.micro of ami-…",
 * with a reserve "…; wanted 9: 2 for the load, 7 in reserve; at most 10; …".
 */
export function describeDecision(decision: Decision, wording: DecisionWording): string {
  const { findings } = decision;
  return `${state(findings)}; ${wish(findings, wording)}; ${action(decision, wording)}`;
}

function state({
  cpuPercent,
  measured,
  running,
  pending,
  warmingUp,
  unhealthy = 0,
  called,
}: Findings): string {
  const fleet = `${running} running${pending > 0 ? ` and ${pending} pending` : ""}`;
  const warming = warmingUp > 0 ? ` (${warmingUp} warming up)` : "";
  const starting = `${warming}${unhealthy > 0 ? `, ${unhealthy} unhealthy` : ""}`;
  const asked = called === true ? ", called for by the waking metric" : "";
  return cpuPercent === undefined
    ? `no CPU metric of ${fleet}${starting}${asked}`
    : `CPU ${round(cpuPercent)} % on ${round(measured)} of ${fleet}${starting}${asked}`;
}

function wish(findings: Findings, { maxInstances }: DecisionWording): string {
  const { wanted, reserve, desired } = findings;
  const limit = desired > wanted ? `at least ${desired}` : `at most ${maxInstances}`;
  return reserve === undefined
    ? `wanted ${wanted}, ${limit}`
    : `wanted ${wanted}: ${forTheLoad(findings)} for the load, ${reserve} in reserve; ${limit}`;
}

function action(decision: Decision, wording: DecisionWording): string {
  switch (decision.action) {
    case "launch":
      return `launching ${decision.count} × ${wording.instanceType} of ${wording.image}`;
    case "terminate":
      return decision.instanceIds.length === 0
        ? "terminating none"
        : `terminating ${decision.instanceIds.length}: ${decision.instanceIds.join(", ")}`;
    case "resize":
      return `setting the group's size from ${decision.from} to ${decision.to}`;
    case "hold":
      return `holding: ${holdReason(decision.reason, wording)}`;
  }
}

function holdReason(reason: HoldReason, { targetCpuPercent, maxInstances }: DecisionWording): string {
  switch (reason) {
    case "paused":
      return "paused by configuration";
    case "no metric":
      return "the metric has no recent minute, and without it only the limits are kept";
    case "asleep":
      return "the fleet sleeps, and nothing calls for an instance";
    case "at target":
      return `what is there and on its way fits the target of ${targetCpuPercent} %`;
    case "warming up":
      return "nothing is taken away while an instance warms up";
    case "stabilising":
      return "the last minutes needed what is there, or left a gap";
    case "alarm has no data":
      return "nothing is taken away while the alarm has too little data";
    case "launches unseen":
      return "EC2 does not show yet what was launched before";
    case "another at work":
      return "another invocation is at work, or was ended at work less than a minute ago";
    case "fleet ended":
      return "the fleet was ended with its stack";
    case "at maximum":
      return `the maximum of ${maxInstances} is reached`;
  }
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
