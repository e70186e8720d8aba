import type { Cancel } from "../../core/clock";
import { AwsError } from "../../core/errors";
import { largest, smallest } from "../../core/lists";
import type { CloudContext } from "../../core/service";
import { impairedOf, instancesOf } from "../ec2/instanceLife";
import { type Group, isSuspended, type Member, serving } from "./group";
import type { Groups } from "./groups";
import { Launcher } from "./launcher";
import { Lives } from "./lives";
import { refreshStep } from "./refresh";
import { nextVictim } from "./victims";

/** How often a group looks at itself when nothing has happened, and how soon it does after something has. */
const LOOK_MS = 15_000;
const SOON_MS = 1_000;

/** What it thinks of a group. */
interface Attention {
  working: boolean;
  next: { readonly at: number; readonly cancel: Cancel } | undefined;
}

/** Keeps every group at its desired capacity: what Amazon EC2 Auto Scaling does by itself. */
export class Keeper {
  readonly lives: Lives;
  readonly #launcher: Launcher;
  readonly #attention = new Map<Group, Attention>();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(
    private readonly context: CloudContext,
    private readonly groups: Groups,
  ) {
    this.lives = new Lives(context, groups);
    this.#launcher = new Launcher(context, groups);
    this.#unsubscribe = context.events.subscribe((event) => {
      if (event.type !== "instance-state-changed") return;
      const group = groups.list().find(({ members }) => members.has(event.instanceId));
      if (group !== undefined) this.soon(group);
    });
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const { next } of this.#attention.values()) next?.cancel();
  }

  /** Looks at a group shortly, since something has changed. */
  soon(group: Group): void {
    this.#at(group, SOON_MS);
  }

  #at(group: Group, ms: number): void {
    if (this.#closed) return;
    const attention = this.#attention.get(group) ?? { working: false, next: undefined };
    this.#attention.set(group, attention);
    const at = this.context.clock.now() + ms;
    // What comes sooner is soon enough for this as well.
    if (attention.next !== undefined && attention.next.at <= at) return;
    attention.next?.cancel();
    const cancel = this.context.clock.after(ms, () => {
      attention.next = undefined;
      void this.context.clock.busy(this.#look(group, attention));
    });
    attention.next = { at, cancel };
  }

  async #look(group: Group, attention: Attention): Promise<void> {
    if (attention.working) {
      this.#at(group, SOON_MS);
      return;
    }
    attention.working = true;
    try {
      await this.#keep(group);
    } finally {
      attention.working = false;
    }
    if (group.deleting && group.members.size === 0) {
      this.groups.delete(group);
      attention.next?.cancel();
      this.#attention.delete(group);
    } else {
      this.#at(group, LOOK_MS);
    }
  }

  async #keep(group: Group): Promise<void> {
    const { lives } = this;
    lives.checkHealth(group, impairedOf(this.context));
    this.#replaceUnhealthy(group);
    this.#refresh(group);
    this.#shrink(group);
    const ended = [...group.members.values()].filter((member) => lives.advance(group, member));
    await this.#end(ended);
    // What has just come into service beside the others makes one of them needless.
    this.#shrink(group);
    await this.#grow(group);
  }

  #replaceUnhealthy(group: Group): void {
    if (isSuspended(group, "ReplaceUnhealthy") || isSuspended(group, "Terminate")) return;
    for (const member of serving(group))
      if (member.health === "Unhealthy")
        this.lives.leave(group, member, "in response to a health check that failed");
  }

  #refresh(group: Group): void {
    if (isSuspended(group, "Terminate") || isSuspended(group, "Launch")) return;
    const step = refreshStep(group, this.context.clock.now());
    for (const member of step?.members ?? []) {
      step?.refresh.left.delete(member.id);
      this.lives.leave(group, member, "in response to an instance refresh");
    }
  }

  #shrink(group: Group): void {
    if (group.deleting) {
      for (const member of serving(group))
        this.lives.leave(group, member, "in response to its group's deletion");
      return;
    }
    if (isSuspended(group, "Terminate")) return;
    const counted = () => serving(group).filter(({ extra }) => !extra).length;
    for (let size = counted(); size > group.desired; size = counted()) {
      const victim = nextVictim(group);
      if (victim === undefined) return;
      this.lives.leave(
        group,
        victim,
        `in response to a difference between desired and actual capacity, shrinking the capacity from ${size} to ${size - 1}`,
      );
    }
  }

  async #end(members: readonly Member[]): Promise<void> {
    if (members.length === 0) return;
    const { accountId } = this.context;
    for (const { id } of members) {
      instancesOf(this.context).unprotect(id);
      try {
        await this.context.call(
          "ec2",
          "TerminateInstances",
          { InstanceIds: [id] },
          { kind: "administrator", accountId },
        );
      } catch (error) {
        // One that EC2 does not show yet: asked again at the next look.
        if (!(error instanceof AwsError)) throw error;
        const member = members.find((candidate) => candidate.id === id);
        if (member !== undefined) member.ended = false;
      }
    }
  }

  async #grow(group: Group): Promise<void> {
    if (group.deleting || isSuspended(group, "Launch") || group.retryAt > this.context.clock.now()) return;
    const size = serving(group).filter(({ extra }) => !extra).length;
    if (size < group.desired) {
      await this.#launcher.launch(
        group,
        group.desired - size,
        "in response to a difference between desired and actual capacity",
      );
      return;
    }
    if (isOutOfBalance(group)) {
      // It may then be one above its maximum: user guide, "Rebalancing activities".
      await this.#launcher.launch(group, 1, "in response to zones that are out of balance", true);
    }
  }
}

/** Whether every member is in service, and one zone has two more of them than another. */
function isOutOfBalance(group: Group): boolean {
  if (isSuspended(group, "AZRebalance") || isSuspended(group, "Terminate")) return false;
  const members = serving(group);
  if (members.length !== group.members.size || members.some(({ state }) => state !== "InService"))
    return false;
  const sizes = [...new Set(group.subnets.map(({ zone }) => zone))].map(
    (zone) => members.filter((member) => member.zone === zone).length,
  );
  return largest(sizes) - smallest(sizes) > 1;
}
