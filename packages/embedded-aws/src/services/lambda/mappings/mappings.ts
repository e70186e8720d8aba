import type { Shelf } from "../../../core/keep";
import type { CloudContext } from "../../../core/service";
import { messageOf } from "../../../core/messageOf";
import type { Invoker } from "../invoker";
import type { LambdaFunction } from "../lambdaFunction";
import {
  keptPlaces,
  type Mapping,
  type MappingSettings,
  type Poller,
  type SqsMappingSettings,
  type StreamMappingSettings,
} from "./mapping";
import { SqsPoller } from "./sqsPoller";
import { StreamPoller } from "./streamPoller";

/** The event source mappings, and the poller of each that is enabled. */
export class Mappings {
  readonly #mappings = new Map<string, Mapping>();
  readonly #pollers = new Map<string, Poller>();
  readonly #places = new Map<string, Pick<Shelf<unknown>, "drop">>();

  constructor(
    private readonly context: CloudContext,
    private readonly invoker: Invoker,
  ) {}

  all(): readonly Mapping[] {
    return [...this.#mappings.values()];
  }

  find(uuid: string): Mapping | undefined {
    return this.#mappings.get(uuid);
  }

  /** Rejects, and keeps nothing, when the event source cannot be read. */
  async add(mapping: Mapping): Promise<void> {
    if (mapping.settings.kind === "stream") this.#keepPlace(mapping);
    try {
      if (mapping.enabled) this.#pollers.set(mapping.uuid, await this.#startPoller(mapping));
    } catch (error) {
      this.#places.delete(mapping.uuid);
      throw error;
    }
    this.#mappings.set(mapping.uuid, mapping);
  }

  /** Has a new mapping go on where one of its function and stream has stopped in an earlier cloud. */
  #keepPlace(mapping: Mapping): void {
    const { clock, keep } = this.context;
    const began = clock.now();
    const shelf = keep.open(keptPlaces, `${mapping.functionArn} ${mapping.sourceArn}`, () => ({
      since: mapping.since ?? began,
      ...(mapping.checkpoint === undefined ? {} : { checkpoint: mapping.checkpoint }),
    }));
    const [kept] = [...shelf.entries()];
    if (kept === undefined) shelf.changed("");
    else Object.assign(mapping, kept[1]);
    mapping.progressed = () => {
      shelf.changed("");
    };
    this.#places.set(mapping.uuid, shelf);
  }

  /** Starts or stops the poller; a running one takes changed settings up by itself. */
  async setEnabled(mapping: Mapping, enabled: boolean): Promise<void> {
    if (!enabled) this.#stopPoller(mapping.uuid);
    else if (!this.#pollers.has(mapping.uuid))
      this.#pollers.set(mapping.uuid, await this.#startPoller(mapping));
    mapping.enabled = enabled;
  }

  remove(mapping: Mapping): void {
    this.#stopPoller(mapping.uuid);
    this.#mappings.delete(mapping.uuid);
    this.#places.get(mapping.uuid)?.drop();
    this.#places.delete(mapping.uuid);
  }

  /** Stops what feeds a function that is gone. The mappings stay, as in AWS: `DeleteFunction`'s reference. */
  orphan(fn: LambdaFunction): void {
    for (const mapping of this.all()) {
      if (mapping.target.fn !== fn) continue;
      this.#stopPoller(mapping.uuid);
      mapping.lastProcessingResult = "PROBLEM: Function not found";
    }
  }

  /** Feeds a new function what mappings of its name are there for. */
  async adopt(fn: LambdaFunction): Promise<void> {
    for (const mapping of this.all()) {
      if (mapping.target.fn === fn || mapping.target.fn.arn !== fn.arn) continue;
      mapping.target = { ...mapping.target, fn };
      mapping.lastProcessingResult = "No records processed";
      if (mapping.enabled) {
        await this.setEnabled(mapping, true).catch((problem: unknown) => {
          mapping.lastProcessingResult = `PROBLEM: ${messageOf(problem)}`;
        });
      }
    }
  }

  close(): void {
    for (const uuid of [...this.#pollers.keys()]) this.#stopPoller(uuid);
  }

  #stopPoller(uuid: string): void {
    this.#pollers.get(uuid)?.stop();
    this.#pollers.delete(uuid);
  }

  async #startPoller(mapping: Mapping): Promise<Poller> {
    if (isOf(mapping, "sqs")) return new SqsPoller(this.context, this.invoker, mapping);
    if (isOf(mapping, "stream")) return await StreamPoller.start(this.context, this.invoker, mapping);
    throw new TypeError(`mapping ${mapping.uuid}: unknown kind`);
  }
}

interface SettingsByKind {
  sqs: SqsMappingSettings;
  stream: StreamMappingSettings;
}

function isOf<Kind extends MappingSettings["kind"]>(
  mapping: Mapping,
  kind: Kind,
): mapping is Mapping<SettingsByKind[Kind]> {
  return mapping.settings.kind === kind;
}
