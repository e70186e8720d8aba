import { expect } from "chai";
import { decideCapacity } from "../../../../../handlers/scaling/decideCapacity";
import type { Decision, ScalingSettings, Situation } from "../../../../../handlers/scaling/decision";
import { member, NOW, settings } from "../situation";

interface Case {
  readonly when: string;
  readonly situation: Situation;
  readonly settings?: Partial<ScalingSettings>;
  readonly decides: string;
}

/** One test each. */
export function itDecides(cases: readonly Case[]): void {
  for (const { when, situation: given, settings: changes = {}, decides } of cases) {
    it(`decides "${decides}" when ${when}`, () => {
      expect(brief(decideCapacity(given, { ...settings, ...changes }))).to.equal(decides);
    });
  }
}

/** "+2", "-i-0 i-1" or the reason to hold. */
function brief(decision: Decision): string {
  switch (decision.action) {
    case "launch":
      return `+${decision.count}`;
    case "terminate":
      return `-${decision.instanceIds.join(" ")}`;
    case "resize":
      return `${decision.from}>${decision.to}`;
    case "hold":
      return decision.reason;
  }
}

export const flat = (cpu: number) => [cpu, cpu, cpu, cpu, cpu];

/** `count` instances that were terminated so many minutes ago. */
export function ended(count: number, minutesAgo: number) {
  const endedAt = NOW - minutesAgo * 60_000;
  return Array.from({ length: count }, (_, index) => ({
    ...member(`i-ended-${index}`),
    state: "terminated" as const,
    endedAt,
  }));
}
