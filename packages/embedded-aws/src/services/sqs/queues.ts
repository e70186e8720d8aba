import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { Arrivals } from "./arrivals";
import { settingsOf, type QueueSettings, type SettableAttributes } from "./attributes";
import { invalidParameter, queueDoesNotExist } from "./errors";
import { FifoMemory, keptMemory } from "./fifo";
import { FifoQueue } from "./fifoQueue";
import type { Shelf } from "../../core/keep";
import { keptMessages } from "./message";
import { MessageQueue, type MessageStore } from "./queue";

/** SQS API reference, DeleteQueue: a name is free again 60 seconds after its queue was deleted. */
const nameReuseMs = 60_000;

/** Running totals since the queue was made. Moves to a dead-letter queue are in none of them, as in CloudWatch. */
export interface QueueTotals {
  sent: number;
  received: number;
  deleted: number;
  emptyReceives: number;
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly messages: MessageStore;
  /** Of a FIFO queue. */
  readonly fifo?: { readonly messages: FifoQueue; readonly memory: FifoMemory };
  readonly arrivals: Arrivals;
  readonly tags: Map<string, string>;
  readonly totals: QueueTotals;
  attributes: SettableAttributes;
  settings: QueueSettings;
  modifiedAt: number;
  purgedAt: number | undefined;
  /** The last call that named it. */
  usedAt: number;
}

/** The account's queues, by name, URL and ARN. */
export class Queues {
  readonly #byName = new Map<string, Queue>();
  readonly #deletedAt = new Map<string, number>();
  readonly #shelves = new WeakMap<Queue, readonly Pick<Shelf<unknown>, "drop">[]>();

  constructor(private readonly context: CloudContext) {}

  all(): readonly Queue[] {
    return [...this.#byName.values()];
  }

  /** Whether `queue` is still there, and not just one of its name. */
  has(queue: Queue): boolean {
    return this.#byName.get(queue.name) === queue;
  }

  byName(name: string): Queue | undefined {
    return this.#byName.get(name);
  }

  /**
   * By "http://anything/123456789012/name": clients reach the cloud under more names than its own. SQS takes the path
   * alone, too, and a bare name for a queue of the account.
   */
  byUrl(url: string): Queue {
    const { accountId: own } = this.context;
    const [, accountId = own, name = ""] =
      /^(?:(?:https?:\/\/[^/]+)?\/([0-9]{12})\/)?([^/?#]+)\/?$/.exec(url) ?? [];
    const queue = accountId === own ? this.#byName.get(name) : undefined;
    if (queue === undefined) throw queueDoesNotExist(`got the URL "${url}"`);
    queue.usedAt = this.context.clock.now();
    return queue;
  }

  byArn(arn: string): Queue | undefined {
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    return arn === this.arnOf(name) ? this.#byName.get(name) : undefined;
  }

  arnOf(name: string): string {
    return `arn:aws:sqs:${this.context.region}:${this.context.accountId}:${name}`;
  }

  urlOf(queue: Queue): string {
    return `${this.context.endpoint()}/${this.context.accountId}/${queue.name}`;
  }

  create(name: string, attributes: SettableAttributes, tags: Readonly<Record<string, string>>): Queue {
    const now = this.context.clock.now();
    const deletedAt = this.#deletedAt.get(name);
    if (deletedAt !== undefined && now < deletedAt + nameReuseMs) {
      throw new AwsError(
        "QueueDeletedRecently",
        `You must wait 60 seconds after deleting the queue ${name} before you can create another with the same name.`,
      );
    }
    const settings = settingsOf(attributes);
    const { conditions, cold } = this.context;
    const standard = () => new MessageQueue(settings.retentionMs, conditions, cold);
    const fifo = settings.fifo
      ? {
          messages: new FifoQueue(settings.retentionMs, conditions, cold),
          memory: new FifoMemory(this.context.clock),
        }
      : undefined;
    const queue: Queue = {
      name,
      arn: this.arnOf(name),
      createdAt: now,
      messages: fifo?.messages ?? standard(),
      ...(fifo !== undefined && { fifo }),
      arrivals: new Arrivals(),
      tags: new Map(Object.entries(tags)),
      totals: { sent: 0, received: 0, deleted: 0, emptyReceives: 0 },
      attributes,
      settings,
      modifiedAt: now,
      purgedAt: undefined,
      usedAt: now,
    };
    this.#deletedAt.delete(name);
    this.#byName.set(name, queue);
    this.#keep(queue);
    return queue;
  }

  /** Gives a new queue what one of its name has had in an earlier cloud. */
  #keep(queue: Queue): void {
    const { messages, fifo, name } = queue;
    const now = this.context.clock.now();
    const shelf = this.context.keep.open(keptMessages, name, (messageId) => messages.kept(messageId));
    const kept = [...shelf.entries()].map(([, message]) => message);
    for (const message of kept.sort((a, b) => a.message.order - b.message.order))
      messages.restore(now, message);
    messages.changed = (messageId) => {
      shelf.changed(messageId);
    };
    if (fifo === undefined) {
      this.#shelves.set(queue, [shelf]);
      return;
    }
    const memory = this.context.keep.open(keptMemory, name, (key) => fifo.memory.kept(key));
    fifo.memory.keepOn(memory);
    this.#shelves.set(queue, [shelf, memory]);
  }

  setAttributes(queue: Queue, attributes: SettableAttributes): void {
    queue.attributes = attributes;
    queue.settings = settingsOf(attributes);
    queue.messages.retentionMs = queue.settings.retentionMs;
    queue.modifiedAt = this.context.clock.now();
  }

  delete(queue: Queue): void {
    this.#byName.delete(queue.name);
    for (const shelf of this.#shelves.get(queue) ?? []) shelf.drop();
    this.#deletedAt.set(queue.name, this.context.clock.now());
    // Receivers that wait on it find it gone.
    queue.arrivals.announce();
  }

  /** The queues whose redrive policy names `deadLetterQueue`. */
  sourcesOf(deadLetterQueue: Queue): readonly Queue[] {
    return this.all().filter(
      (queue) => queue.settings.redrivePolicy?.deadLetterTargetArn === deadLetterQueue.arn,
    );
  }
}

/** 1 to 80 letters, digits, "-" and "_", of a FIFO queue with ".fifo" behind them: SQS API reference, CreateQueue. */
export function checkQueueName(name: string, kind: "standard" | "fifo"): void {
  if (kind === "fifo") {
    if (/^[A-Za-z0-9_-]{1,75}\.fifo$/.test(name)) return;
    throw invalidParameter(
      `QueueName: got "${name}". The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.`,
    );
  }
  if (/^[A-Za-z0-9_-]{1,80}$/.test(name)) return;
  throw invalidParameter(
    `QueueName: got "${name}". Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.`,
  );
}
