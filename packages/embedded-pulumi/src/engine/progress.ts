import type { PropertyMap } from "./values";

/** What happens during a run, as it happens, for a command line to show. */
export type ProgressEvent = ResourceProgress | LogLine | ProgramLine | StackOutputs;

export interface ResourceProgress {
  readonly type: "resource";
  /** A preview plans; an update creates. */
  readonly status: "planned" | "creating" | "created" | "failed";
  readonly urn: string;
  readonly resourceType: string;
  readonly name: string;
  /** How long the creation took, in milliseconds; 0 until it ended. */
  readonly durationMs: number;
}

/** A message through `pulumi.log`. */
export interface LogLine {
  readonly type: "log";
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly message: string;
  /** The resource that it concerns. */
  readonly urn?: string;
  /** To be shown while it lasts, and not kept. */
  readonly ephemeral: boolean;
}

/** A line that the program itself printed. */
export interface ProgramLine {
  readonly type: "program-output";
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

export interface StackOutputs {
  readonly type: "outputs";
  readonly outputs: PropertyMap;
}
