import type { InstanceRecord } from "./fleet";

/** What is left of an invocation. */
export interface TimeLeft {
  /** Milliseconds until Lambda ends it. */
  remainingMs(): number;
}

export interface FleetView {
  /** Every instance with the fleet's tag, in every state, as AWS describes it; that may lag. */
  readonly records: readonly InstanceRecord[];
  /** Instances that were launched, or may have been, and that AWS does not show yet. */
  readonly unseen: number;
  /** Why nothing may be done now: another invocation is at work, or the fleet was ended with its stack. */
  readonly hold?: "another at work" | "fleet ended" | undefined;
  /**
   * How many instances a group was told to have, where a group keeps the fleet: it launches, replaces and ends them by
   * itself, and is told of another size and nothing else.
   */
  readonly groupSize?: number | undefined;
  /** Instances that the group is still letting go: while they are there, the maximum has less room. */
  readonly leaving?: number | undefined;
  /** Ids of instances that an earlier invocation asked for and could not tell of. */
  readonly found: readonly string[];
  /** What earlier invocations launched, and EC2 ended as it started; told once. */
  readonly failed?: readonly LaunchProblem[] | undefined;
}

export interface LaunchProblem {
  readonly kind: "no capacity" | "refused" | "unclear";
  /** How many instances are missing for it. */
  readonly count: number;
  readonly reason: string;
}

export type LaunchReport =
  | { readonly kind: "another at work" }
  | {
      readonly kind: "asked";
      /** Ids of the instances that this call launched. */
      readonly launched: readonly string[];
      /** Why others were not. */
      readonly refused: readonly LaunchProblem[];
    };

export type TerminationReport =
  | { readonly kind: "another at work" }
  | {
      readonly kind: "asked";
      /** Ids of those that were told to end. */
      readonly terminated: readonly string[];
      /** Ids of those that stay, as somebody has protected them from termination. */
      readonly kept: readonly string[];
    };

/** A fleet as one invocation has found it, and what may be done to it. At most one of the three, once. */
export interface FleetSession extends FleetView {
  /** Tells the group its size; only where there is one. Rejects with the SDK's errors. */
  resize?(size: number): Promise<void>;
  /** Rejects with the SDK's errors only where nothing can have been launched. */
  launch(count: number): Promise<LaunchReport>;
  /**
   * Ends instances; in place of each that is protected from termination the next of `others`. Rejects with the SDK's
   * errors.
   */
  terminate(instanceIds: readonly string[], others: readonly string[]): Promise<TerminationReport>;
}

/** Whatever carries decisions out: instances launched by the function itself, or a group of EC2 Auto Scaling. */
export interface FleetPort {
  /** @param maxInstances the maximum in force: what was decided under a higher one is not carried out any more. */
  open(time: TimeLeft, maxInstances: number): Promise<FleetSession>;
}
