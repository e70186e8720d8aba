import type { Random } from "embedded-aws/support";
import type { CpuSample } from "../../../../handlers/scaling/demand";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import type { GroupPort, GroupRecord } from "../../../../handlers/scaling/groupFleet";
import type { CpuReader } from "../../../../handlers/scaling/reconcile";
import { sdkError } from "./sdkError";

interface Instance {
  readonly id: string;
  readonly launchedAt: number;
  leavingAt?: number;
  endedAt?: number;
}

export interface GroupFaults {
  /** How far behind an answer may be, at most. */
  readonly lagMs: number;
  /** Chances, each from 0 to 1: of one call, and of one launch. */
  readonly timeout: number;
  readonly throttle: number;
  readonly noCapacity: number;
  /** How long an instance drains. */
  readonly drainMs: number;
}

const BOOT_MS = 25_000;

/** An Auto Scaling group as the scaler sees it: answers that are behind, calls that fail, launches that are refused. */
export class GroupModel {
  now = Date.UTC(2026, 5, 1, 12);
  readonly instances: Instance[] = [];
  desired: number;
  /** Every size that the group was told. */
  readonly told: number[] = [];
  cpu: (instanceIds: readonly string[]) => CpuSample[] = () => [];
  readonly #past: { readonly at: number; readonly group: GroupRecord; readonly records: InstanceRecord[] }[] =
    [];

  constructor(
    private readonly random: Random,
    private readonly faults: GroupFaults,
    readonly limits: { readonly minSize: number; readonly maxSize: number },
    size: number,
  ) {
    this.desired = size;
    for (let number = 0; number < size; number++) this.#launch(this.now - 3_600_000);
    this.#remember();
  }

  /** Instances that run or are about to, draining ones among them. */
  get live(): number {
    return this.instances.filter(({ endedAt }) => endedAt === undefined).length;
  }

  #serving(): Instance[] {
    return this.instances.filter(({ leavingAt }) => leavingAt === undefined);
  }

  /** The group does what it was told; time passes. */
  step(ms: number): void {
    this.now += ms;
    for (const instance of this.instances)
      if (instance.leavingAt !== undefined && instance.leavingAt + this.faults.drainMs <= this.now)
        instance.endedAt ??= this.now;
    for (const instance of this.#serving().slice(this.desired)) {
      instance.leavingAt = this.now;
      if (this.faults.drainMs === 0) instance.endedAt = this.now;
    }
    for (let missing = this.desired - this.#serving().length; missing > 0; missing--)
      if (this.random.next() >= this.faults.noCapacity) this.#launch(this.now);
    this.#remember();
  }

  /** Lets an instance end that nobody has told to: another takes its place. */
  loseOne(): void {
    const [one] = this.#serving();
    if (one === undefined) return;
    one.leavingAt = this.now;
    one.endedAt = this.now;
  }

  /** @param turn awaited before each call takes effect, and before each answer: others may act meanwhile. */
  invocation(turn: () => Promise<void>): { readonly aws: GroupPort; readonly cpu: CpuReader } {
    const call = async <T>(effect: () => T): Promise<T> => {
      await turn();
      if (this.#happens(this.faults.throttle)) throw sdkError("ThrottlingException", "Rate exceeded", 400);
      const lost = this.#happens(this.faults.timeout);
      if (lost && this.#happens(0.5)) throw sdkError("TimeoutError", "socket timed out", 500);
      const result = effect();
      await turn();
      if (lost) throw sdkError("TimeoutError", "socket timed out", 500);
      return result;
    };
    return {
      aws: {
        group: () => call(() => this.#seen().group),
        instances: () => call(() => this.#seen().records),
        setDesiredCapacity: (size) =>
          call(() => {
            const { minSize, maxSize } = this.limits;
            if (size < minSize || size > maxSize)
              throw sdkError("ValidationError", `${size} is out of bounds`, 400);
            this.told.push(size);
            this.desired = size;
          }),
      },
      cpu: { since: (_from, ids) => call(() => ({ cpu: this.cpu(ids), wake: [] })) },
    };
  }

  #happens(chance: number): boolean {
    return this.random.next() < chance;
  }

  #launch(launchedAt: number): void {
    this.instances.push({ id: `i-${this.instances.length.toString().padStart(4, "0")}`, launchedAt });
  }

  /** What an answer shows: the present, or what was a while ago. */
  #seen() {
    const earliest = this.now - this.random.next() * this.faults.lagMs;
    const seen = this.#past.find(({ at }) => at >= earliest) ?? this.#past.at(-1);
    if (seen === undefined) throw new Error("the model remembers nothing");
    // The desired capacity is no eventual thing of the group's instances.
    return {
      ...seen,
      group: { ...seen.group, desired: this.#happens(0.8) ? this.desired : seen.group.desired },
    };
  }

  #remember(): void {
    const isBooting = ({ launchedAt }: Instance) => this.now - launchedAt < BOOT_MS;
    const members = this.instances
      .filter(({ endedAt }) => endedAt === undefined)
      .map((each) => ({
        id: each.id,
        state: each.leavingAt !== undefined ? "Terminating:Wait" : isBooting(each) ? "Pending" : "InService",
        imageId: "ami-new",
      }));
    const records = this.instances.map((each) => ({
      id: each.id,
      state: each.endedAt !== undefined ? "terminated" : isBooting(each) ? "pending" : "running",
      launchTime: each.launchedAt,
      imageId: "ami-new",
      ...(each.endedAt !== undefined && { endedAt: each.endedAt }),
    }));
    this.#past.push({ at: this.now, group: { ...this.limits, desired: this.desired, members }, records });
  }
}
