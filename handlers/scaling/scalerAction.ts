import type { LaunchProblem } from "./fleetPort";
import type { Reconciliation } from "./reconcile";
import { forTheLoad } from "./wish";

/** Of every event that tells of an action; `docs/events/scaler-action.v1.json` is the schema of its detail. */
export const ACTION_SOURCE = "event-driven-aws.scaler";
export const ACTION_DETAIL_TYPE = "Scaler Action";

interface About {
  readonly version: 1;
  readonly fleet: string;
  /** One sentence: what was found, what was wanted, what was done. */
  readonly reason: string;
  /** How many instances it is about. */
  readonly count: number;
  /** The limits in force. */
  readonly minimum: number;
  readonly maximum: number;
  /** Instances wanted, within the limits. */
  readonly desired: number;
}

/** What the scaler did, or could not do. */
export type ScalerAction =
  | (About & {
      /** "replace": instances of no use were ended, for others. */
      readonly action: "launch" | "terminate" | "replace";
      readonly instanceIds: readonly string[];
    })
  | (About & {
      /** The Auto Scaling group of the fleet was told another size; its own activities name the instances. */
      readonly action: "resize";
      readonly from: number;
      readonly to: number;
    })
  | (About & {
      readonly action: "refused";
      /** Why there are fewer than the load asks for: the fleet's own maximum, a zone without room, or EC2. */
      readonly cause: "maximum" | "no capacity" | "refused" | "unclear";
    });

/** What is worth telling of a reconciliation; nothing when nothing was done, and nothing missing. */
export function actionsOf(
  fleet: string,
  summary: string,
  { decision, limits, launched, terminated, refused }: Reconciliation,
): ScalerAction[] {
  const { findings } = decision;
  const about = {
    version: 1,
    fleet,
    minimum: limits.minInstances,
    maximum: limits.maxInstances,
    desired: findings.desired,
  } as const;
  const done = (action: "launch" | "terminate" | "replace", instanceIds: readonly string[]) =>
    instanceIds.length === 0
      ? []
      : [{ ...about, action, instanceIds, count: instanceIds.length, reason: summary }];
  const resized = ({ from, to }: { readonly from: number; readonly to: number }): ScalerAction => ({
    ...about,
    action: "resize",
    from,
    to,
    count: Math.abs(to - from),
    reason: summary,
  });
  const missing = ({ kind, count, reason }: LaunchProblem): ScalerAction => ({
    ...about,
    action: "refused",
    cause: kind,
    count,
    reason: `could not launch ${count}: ${reason}`,
  });
  // Those of no use are ended before those that are idle.
  const unhealthy =
    // Stryker disable next-line ArrayDeclaration: what is not ended is none of these, whatever it is called.
    decision.action === "terminate" ? decision.instanceIds.slice(0, findings.unhealthy ?? 0) : [];
  // What is missing of the reserve alone is no want: the load has what it needs.
  const beyond = forTheLoad(findings) - limits.maxInstances;
  // Stryker disable next-line ConditionalExpression: what holds alone has a reason; the type asks for both.
  const isHeldBack = decision.action === "hold" && decision.reason === "at maximum" && beyond > 0;
  return [
    ...(decision.action === "resize" ? [resized(decision)] : []),
    ...done("launch", launched),
    ...done(
      "replace",
      terminated.filter((id) => unhealthy.includes(id)),
    ),
    ...done(
      "terminate",
      terminated.filter((id) => !unhealthy.includes(id)),
    ),
    ...refused.map(missing),
    ...(isHeldBack
      ? [{ ...about, action: "refused" as const, cause: "maximum" as const, count: beyond, reason: summary }]
      : []),
  ];
}

/** A refusal is told again after so long, while it lasts. */
const REPEAT_MS = 60 * 60_000;

/**
 * Leaves out refusals of a cause that was told within the last hour: they come every minute, and say no more. What was
 * told is known as long as the function's environment lives; a new one may tell once more.
 */
export class Repetitions {
  readonly #told = new Map<string, number>();

  /** @param now milliseconds since the Unix epoch. */
  news(actions: readonly ScalerAction[], now: number): ScalerAction[] {
    return actions.filter((action) => {
      if (action.action !== "refused") return true;
      const last = this.#told.get(action.cause);
      return last === undefined || now - last >= REPEAT_MS;
    });
  }

  told(actions: readonly ScalerAction[], now: number): void {
    for (const action of actions) if (action.action === "refused") this.#told.set(action.cause, now);
  }
}
