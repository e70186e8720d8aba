import type { PropertyMap } from "./values";

/** What happens during a run, as it happens, for a command line to show. */
export type ProgressEvent = ResourceProgress | LogLine | ProgramLine | StackOutputs;

/** What happens to a resource now, each followed by what has happened, or by "failed". */
const ACTIVE = ["creating", "updating", "replacing", "deleting"] as const;

/** A preview plans. "retained": it left the stack and stays in the cloud, as `retainOnDelete` wants it. */
export type ResourceStatus =
  | (typeof ACTIVE)[number]
  | "planned"
  | "created"
  | "updated"
  | "replaced"
  | "unchanged"
  | "deleted"
  | "retained"
  | "failed";

/** Whether something is being done to the resource. */
export function isActive(status: ResourceStatus): boolean {
  return (ACTIVE as readonly ResourceStatus[]).includes(status);
}

export interface ResourceProgress {
  readonly type: "resource";
  readonly status: ResourceStatus;
  /** What differs, by the names of the inputs; of "updating", "replacing" and what follows them. */
  readonly changed?: readonly string[];
  readonly urn: string;
  readonly resourceType: string;
  readonly name: string;
  /** How long it took, in milliseconds; 0 until it ended. */
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
