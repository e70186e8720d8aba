import type { Wire } from "../engine/values";

/** What a program would deploy, as plain data: the side of a comparison. */
export interface Snapshot {
  readonly stack: string;
  /** The stack's configuration by full key; secrets stand as `[secret]`. */
  readonly config: Readonly<Record<string, string>>;
  readonly resources: readonly PreviewedResource[];
}

export interface PreviewedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether Pulumi refuses to delete or replace it. */
  readonly protect: boolean;
  /**
   * Inputs with defaults. `[secret]`, `[unknown]`, `[auto]` (an automatic name's ending), `[id of …]` and
   * `[endpoint]` stand for what must not or cannot be told; a package is its hash and size.
   */
  readonly properties: Readonly<Record<string, Wire>>;
}

/** A project, or a stack, that does not exist yet. */
export function emptySnapshot(stack: string): Snapshot {
  return { stack, config: {}, resources: [] };
}
