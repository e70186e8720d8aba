import type { Random } from "embedded-aws/support";
import type { CpuSample } from "../../../../handlers/scaling/demand";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import type { Clock, Ec2Port } from "../../../../handlers/scaling/ec2Port";
import { EMPTY_JOURNAL, type Journal, type JournalStore } from "../../../../handlers/scaling/launchJournal";
import type { LaunchRequest } from "../../../../handlers/scaling/launchRequest";
import type { CpuReader } from "../../../../handlers/scaling/reconcile";
import { sdkError } from "./sdkError";

interface Instance {
  readonly id: string;
  readonly clientToken: string | undefined;
  readonly request: LaunchRequest | undefined;
  readonly launchedAt: number;
  /** From when on every describe shows it; before, a describe may or may not. */
  readonly surelyVisibleAt: number;
  terminatedAt?: number;
  terminationSurelyVisibleAt?: number;
}

export interface Ec2Faults {
  /** How long a describe may be behind, at most. */
  readonly lagMs: number;
  /** Whether describes within the lag contradict each other; otherwise what was seen once stays seen. */
  readonly flapping: boolean;
  /** Chances, each from 0 to 1, of one call. */
  readonly noCapacity: number;
  readonly timeout: number;
  readonly throttle: number;
}

/** All that an invocation works with. */
export interface Invocation {
  readonly ec2: Ec2Port;
  readonly store: JournalStore;
  readonly clock: Clock;
  readonly cpu: CpuReader;
}

const HOUR = 3_600_000;
const BOOT_MS = 25_000;

/** EC2 as the scaler sees it: client tokens by zone, describes that are behind, calls that fail. */
export class Ec2Model {
  now = Date.UTC(2026, 5, 1, 12);
  readonly instances: Instance[] = [];
  readonly #byToken = new Map<string, { readonly request: string; readonly instances: Instance[] }>();
  /** The launch journal, as everybody reads it. */
  journal: Journal = EMPTY_JOURNAL;
  /** Each call of RunInstances, by its subnet and count. */
  readonly calls: { readonly subnetId: string; readonly count: number; readonly clientToken: string }[] = [];
  /** CPU of the next reads. */
  cpu: (instanceIds: readonly string[]) => CpuSample[] = () => [];
  /** Values of the metric that wakes the fleet, in the next reads. */
  wake: readonly number[] = [];

  constructor(
    private readonly random: Random,
    private readonly faults: Ec2Faults,
  ) {}

  get live(): number {
    return this.instances.filter((instance) => instance.terminatedAt === undefined).length;
  }

  /** An instance that is there from the start: launched by hand when it has no token. */
  seed(clientToken?: string): void {
    this.#create(clientToken, undefined, this.now - HOUR, this.now - HOUR);
  }

  /** @param turn awaited before each call takes effect, and before each answer: others may act meanwhile. */
  invocation(turn: () => Promise<void>): Invocation {
    const call = async <T>(effect: () => T): Promise<T> => {
      await turn();
      if (this.#happens(this.faults.timeout)) {
        if (this.#happens(0.5)) effect();
        throw Object.assign(new Error("socket timed out"), { name: "TimeoutError" });
      }
      const result = effect();
      await turn();
      return result;
    };
    const surely = async <T>(effect: () => T): Promise<T> => {
      await turn();
      const result = effect();
      await turn();
      return result;
    };
    return {
      ec2: {
        describe: () => surely(() => this.#describe()),
        run: (request, clientToken) => call(() => this.#run(request, clientToken)),
        terminate: (ids) =>
          call(() => this.#terminate(ids)).then(
            () => ({ ended: ids, kept: [] }),
            // Nobody knows what became of them.
            () => ({ ended: [], kept: [] }),
          ),
      },
      cpu: { since: (_from, ids) => surely(() => ({ cpu: this.cpu(ids), wake: this.wake })) },
      store: {
        read: () => surely(() => this.journal),
        write: (journal, expectedVersion) =>
          surely(() => {
            if (this.journal.version !== expectedVersion) return false;
            this.journal = JSON.parse(JSON.stringify(journal)) as Journal;
            return true;
          }),
      },
      clock: {
        now: () => this.now,
        sleep: (ms) => {
          this.now += ms;
          return turn();
        },
      },
    };
  }

  #happens(chance: number): boolean {
    return this.random.next() < chance;
  }

  #create(
    clientToken: string | undefined,
    request: LaunchRequest | undefined,
    launchedAt: number,
    surelyVisibleAt: number,
  ): Instance {
    const id = `i-${this.instances.length.toString().padStart(4, "0")}`;
    const instance = { id, clientToken, request, launchedAt, surelyVisibleAt };
    this.instances.push(instance);
    return instance;
  }

  #run(request: LaunchRequest, clientToken: string): InstanceRecord[] {
    const { subnetId, count } = request;
    this.calls.push({ subnetId, count, clientToken });
    if (this.#happens(this.faults.throttle)) throw sdkError("RequestLimitExceeded", "too many", 503);
    const key = `${subnetId} ${clientToken}`;
    const known = this.#byToken.get(key);
    if (known !== undefined) {
      if (known.request !== JSON.stringify(request))
        throw sdkError("IdempotentParameterMismatch", "other arguments", 400);
      const alive = known.instances.filter((instance) => instance.terminatedAt === undefined);
      if (alive.length > 0) return known.instances.map((each) => this.#record(each, alive.includes(each)));
      throw sdkError("IdempotentInstanceTerminated", "terminated", 400);
    }
    if (this.#happens(this.faults.noCapacity)) throw sdkError("InsufficientInstanceCapacity", "no room", 500);
    const room = this.#happens(this.faults.noCapacity) ? 1 + Math.floor(this.random.next() * count) : count;
    const instances = Array.from({ length: room }, () =>
      this.#create(clientToken, request, this.now, this.now + this.faults.lagMs * this.random.next()),
    );
    this.#byToken.set(key, { request: JSON.stringify(request), instances });
    return instances.map((instance) => this.#record(instance, true));
  }

  #terminate(ids: readonly string[]): void {
    for (const instance of this.instances) {
      if (!ids.includes(instance.id) || instance.terminatedAt !== undefined) continue;
      instance.terminatedAt = this.now;
      instance.terminationSurelyVisibleAt = this.now + this.faults.lagMs * this.random.next();
    }
  }

  #describe(): InstanceRecord[] {
    return this.instances.flatMap((instance) => {
      if (!this.#shows(instance.surelyVisibleAt)) return [];
      if (instance.terminatedAt !== undefined && this.now - instance.terminatedAt > HOUR) return [];
      return [this.#record(instance, !this.#shows(instance.terminationSurelyVisibleAt ?? Infinity))];
    });
  }

  #shows(surelyAt: number): boolean {
    if (this.now >= surelyAt) return true;
    return this.faults.flapping && surelyAt !== Infinity && this.#happens(0.5);
  }

  #record({ id, clientToken, request, launchedAt, terminatedAt }: Instance, alive: boolean): InstanceRecord {
    const booted = this.now - launchedAt >= BOOT_MS;
    return {
      id,
      state: alive ? (booted ? "running" : "pending") : "terminated",
      launchTime: launchedAt,
      imageId: "ami-new",
      ...(request !== undefined && {
        subnetId: request.subnetId,
        securityGroupIds: request.securityGroupIds,
        launchTemplateId: request.launchTemplateId,
      }),
      ...(!alive && { endedAt: terminatedAt }),
      ...(clientToken !== undefined && { clientToken }),
    };
  }
}

/** Lets concurrent invocations take turns in an order of chance, one step at a time. */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly random: Random) {}

  readonly wait = (): Promise<void> => new Promise((resolve) => this.#waiting.push(resolve));

  /** Runs until no one waits any more, calling `between` after each step. */
  async run(between: () => void): Promise<void> {
    for (;;) {
      const [next] = this.#waiting.splice(Math.floor(this.random.next() * this.#waiting.length), 1);
      if (next === undefined) return;
      next();
      // What the step leads to happens in microtasks, up to the next turn that it waits for.
      await new Promise((resolve) => setImmediate(resolve));
      between();
    }
  }
}
