import { AwsError, notSupported } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { Bus } from "./bus";
import type { Deliveries } from "./delivery";
import { DEFAULT_BUS } from "./rules";

/** EventBridge user guide, "Amazon EventBridge quotas". */
const MOST_BUSES = 100;

/** The account's event buses: the default one, which every account has, and its own. */
export class Buses {
  readonly #byName = new Map<string, Bus>();
  readonly default: Bus;

  constructor(
    private readonly context: CloudContext,
    private readonly deliveries: Deliveries,
  ) {
    this.default = this.#add(DEFAULT_BUS);
  }

  arnOf(name: string): string {
    return `${this.#arnStart()}${name}`;
  }

  /** In order of their names. */
  list(): readonly Bus[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param given a bus's name or ARN; the default bus where there is none. */
  nameIn(given = DEFAULT_BUS): string {
    if (!given.startsWith("arn:")) return given;
    const start = this.#arnStart();
    if (given.startsWith(start)) return given.slice(start.length);
    throw notSupported(`The event bus ${given} of another account or region`);
  }

  find(given: string | undefined): Bus | undefined {
    return this.#byName.get(this.nameIn(given));
  }

  get(given: string | undefined): Bus {
    const bus = this.find(given);
    if (bus !== undefined) return bus;
    throw new AwsError("ResourceNotFoundException", `Event bus ${this.nameIn(given)} does not exist.`);
  }

  create(name: string): Bus {
    if (this.#byName.has(name))
      throw new AwsError("ResourceAlreadyExistsException", `Event bus ${name} already exists.`);
    if (this.#byName.size >= MOST_BUSES) {
      throw new AwsError(
        "LimitExceededException",
        `The requested resource exceeds the maximum number allowed: ${MOST_BUSES} event buses.`,
      );
    }
    return this.#add(name);
  }

  /** A bus that is not there is deleted already. */
  delete(name: string): void {
    if (name === DEFAULT_BUS)
      throw new AwsError("ValidationException", `Cannot delete event bus ${DEFAULT_BUS}.`);
    const rules = this.#byName.get(name)?.rules.list() ?? [];
    if (rules.length > 0) {
      throw new AwsError(
        "ValidationException",
        `Event bus can't be deleted since it has rules: ${rules.map((rule) => rule.name).join(", ")}`,
      );
    }
    this.#byName.delete(name);
  }

  #add(name: string): Bus {
    const bus = new Bus(this.context, name, this.arnOf(name), this.deliveries);
    this.#byName.set(name, bus);
    return bus;
  }

  #arnStart(): string {
    return `arn:aws:events:${this.context.region}:${this.context.accountId}:event-bus/`;
  }
}
