import type { InstanceRecord } from "./fleet";
import type { LaunchRequest } from "./launchRequest";

/** What launching needs of EC2. Each call rejects with the SDK's errors. */
export interface Ec2Port {
  /** Every instance with the fleet's tag, in every state; may lag behind what has just been done. */
  describe(): Promise<InstanceRecord[]>;
  /** Launches, or answers with what the token has launched before. Makes one attempt. */
  run(request: LaunchRequest, clientToken: string): Promise<InstanceRecord[]>;
  /** One that is protected from termination stays, and rejects nothing. Rejects only where none can have ended. */
  terminate(instanceIds: readonly string[]): Promise<Termination>;
}

/** What became of instances that were to end. Of those in neither list nobody knows: they are to be asked for again. */
export interface Termination {
  /** Ids of those that end. */
  readonly ended: readonly string[];
  /** Ids of those that are protected from termination. */
  readonly kept: readonly string[];
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}
