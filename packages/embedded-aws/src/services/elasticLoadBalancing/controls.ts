import type { CloudContext } from "../../core/service";

/** What a test decides about the targets of target groups. */
export class TargetControls {
  readonly #failingSince = new Map<string, number>();

  constructor(private readonly context: Pick<CloudContext, "clock">) {}

  /** Lets an instance fail every health check from now on. */
  fail(instanceId: string): void {
    this.#failingSince.set(instanceId, this.context.clock.now());
  }

  recover(instanceId: string): void {
    this.#failingSince.delete(instanceId);
  }

  /** Since when it fails; undefined for one that does not. */
  failingSince(instanceId: string): number | undefined {
    return this.#failingSince.get(instanceId);
  }
}

const controls = new WeakMap<CloudContext, TargetControls>();

/** The controls of one cloud's targets. */
export function targetControlsOf(context: CloudContext): TargetControls {
  const known = controls.get(context);
  if (known !== undefined) return known;
  const created = new TargetControls(context);
  controls.set(context, created);
  return created;
}
