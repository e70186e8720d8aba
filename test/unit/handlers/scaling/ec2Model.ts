import type { Random } from "embedded-aws";
import type { RunRequest } from "../../../../handlers/scaling/fillPlaces";
import type { InstanceRecord } from "../../../../handlers/scaling/fleet";
import type { FleetPort } from "../../../../handlers/scaling/reconcile";
import type { CpuSample } from "../../../../handlers/scaling/demand";
import { sdkError } from "./sdkError";

interface Instance {
  readonly id: string;
  readonly clientToken: string | undefined;
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
}

const HOUR = 3_600_000;
const BOOT_MS = 25_000;

/** EC2 as the scaler sees it: client tokens by zone, describes that are behind, calls that fail. */
export class Ec2Model {
  now = Date.UTC(2026, 5, 1, 12);
  readonly instances: Instance[] = [];
  readonly #byToken = new Map<string, Instance>();
  /** CPU of the next reads. */
  cpu: (instanceIds: readonly string[]) => CpuSample[] = () => [];

  constructor(
    private readonly random: Random,
    private readonly faults: Ec2Faults,
  ) {}

  get live(): number {
    return this.instances.filter((instance) => instance.terminatedAt === undefined).length;
  }

  /** An instance that is there from the start: launched by hand when it has no token. */
  seed(clientToken?: string): void {
    this.#create(clientToken, this.now - HOUR, this.now - HOUR);
  }

  /** @param turn awaited before each call takes effect, and before each answer: others may act meanwhile. */
  port(turn: () => Promise<void>): FleetPort {
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
    return {
      describe: async () => {
        await turn();
        const records = this.#describe();
        await turn();
        return records;
      },
      cpuSince: async (_from, fleet) => {
        await turn();
        return this.cpu(fleet);
      },
      run: (request) => call(() => this.#run(request)),
      terminate: (ids) => call(() => this.#terminate(ids)).catch(() => undefined),
      now: () => this.now,
      sleep: (ms) => {
        this.now += ms;
        return turn();
      },
    };
  }

  #happens(chance: number): boolean {
    return this.random.next() < chance;
  }

  #create(clientToken: string | undefined, launchedAt: number, surelyVisibleAt: number): Instance {
    const id = `i-${this.instances.length.toString().padStart(4, "0")}`;
    const instance = { id, clientToken, launchedAt, surelyVisibleAt };
    this.instances.push(instance);
    return instance;
  }

  #run({ clientToken, subnetId }: RunRequest): InstanceRecord {
    const key = `${subnetId} ${clientToken}`;
    const known = this.#byToken.get(key);
    if (known !== undefined) {
      if (known.terminatedAt === undefined) return this.#record(known, true);
      throw sdkError("IdempotentInstanceTerminated", "terminated", 400);
    }
    if (this.#happens(this.faults.noCapacity)) throw sdkError("InsufficientInstanceCapacity", "no room", 500);
    const lag = this.faults.lagMs * this.random.next();
    const instance = this.#create(clientToken, this.now, this.now + lag);
    this.#byToken.set(key, instance);
    return this.#record(instance, true);
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

  #record({ id, clientToken, launchedAt }: Instance, alive: boolean): InstanceRecord {
    const booted = this.now - launchedAt >= BOOT_MS;
    return {
      id,
      state: alive ? (booted ? "running" : "pending") : "terminated",
      launchTime: launchedAt,
      imageId: "ami-new",
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
