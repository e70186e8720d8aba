import type { Shelf } from "../../../core/keep";
import type { CloudContext } from "../../../core/service";
import { messageOf } from "../../../core/messageOf";
import type { Invoker } from "../invoker";
import type { LambdaFunction, Target } from "../lambdaFunction";
import {
  type KeptPlace,
  keptPlaces,
  type Mapping,
  type MappingSettings,
  type Poller,
  type SqsMappingSettings,
  type StreamMappingSettings,
} from "./mapping";
import { SqsPoller } from "./sqsPoller";
import { StreamPoller } from "./streamPoller";

/** Where it is kept how far a mapping has come with its stream. */
interface OpenPlace {
  readonly shelf: Shelf<KeptPlace>;
  /** When the mapping was made, in milliseconds since the epoch. */
  readonly began: number;
}

/** The event source mappings, and the poller of each that is enabled. */
export class Mappings {
  readonly #mappings = new Map<string, Mapping>();
  readonly #pollers = new Map<string, Poller>();
  readonly #places = new Map<string, OpenPlace>();

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

  /**
   * Rejects, and keeps nothing, when the event source cannot be read. A mapping of a stream goes on where one of its
   * function and stream has stopped in an earlier cloud.
   */
  async add(mapping: Mapping): Promise<void> {
    const place = mapping.settings.kind === "stream" ? this.#openPlace(mapping) : undefined;
    for (const [, kept] of place?.shelf.entries() ?? []) Object.assign(mapping, kept);
    if (mapping.enabled) this.#pollers.set(mapping.uuid, await this.#startPoller(mapping));
    this.#mappings.set(mapping.uuid, mapping);
    if (place !== undefined) this.#keepPlace(mapping, place);
  }

  /** Gives what comes to another function, or version of one, from where the mapping has come to. */
  retarget(mapping: Mapping, target: Target, functionArn: string): void {
    mapping.target = target;
    if (mapping.functionArn === functionArn) return;
    mapping.functionArn = functionArn;
    const former = this.#places.get(mapping.uuid);
    if (former === undefined) return;
    former.shelf.drop();
    this.#keepPlace(mapping, this.#openPlace(mapping, former.began));
  }

  #openPlace(mapping: Mapping, began = this.context.clock.now()): OpenPlace {
    const name = `${mapping.functionArn} ${mapping.sourceArn}`;
    const shelf = this.context.keep.open(keptPlaces, name, () => ({
      since: mapping.since ?? began,
      ...(mapping.checkpoint === undefined ? {} : { checkpoint: mapping.checkpoint }),
    }));
    return { shelf, began };
  }

  #keepPlace(mapping: Mapping, place: OpenPlace): void {
    mapping.progressed = () => {
      place.shelf.changed("");
    };
    mapping.progressed();
    this.#places.set(mapping.uuid, place);
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
    this.#places.get(mapping.uuid)?.shelf.drop();
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
