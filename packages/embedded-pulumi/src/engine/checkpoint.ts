import {
  type Keep,
  type KeptKind,
  keepsNothing,
  keptKind,
  record,
  recordOf,
  type Shelf,
} from "embedded-aws/support";
import * as v from "valibot";
import type { Comparable, StandingResource } from "./provider";
import type { RegisteredResource } from "./state";
import { plainMap, type PropertyMap } from "./values";

/** What stands of a resource, and what a later run has to know of it. */
export interface StandingRecord {
  readonly resource: RegisteredResource;
  /** Its inputs as they are compared with later ones. */
  readonly compared: Comparable;
  /** As an update that failed wanted them: nobody knows how much of it has come true. */
  readonly attempted?: Comparable;
  /** It was created in part only, and is made anew. */
  readonly tainted?: boolean;
  /** Inputs that the provider has filled in, by name. */
  readonly filledIn: readonly string[];
  /** How many resources of this URN there were before it: another has another automatic name. */
  readonly generation: number;
  /** The configuration of its provider. */
  readonly config: PropertyMap;
  readonly retainOnDelete: boolean;
  /** The URN of the resource whose deletion takes this one along. */
  readonly deletedWith?: string;
  /** The value whose change replaces the resource, as JSON. */
  readonly replacementTrigger?: string;
}

/** A record as its provider sees it. */
export function standing({ resource, config }: StandingRecord): StandingResource {
  const { type, id = "", inputs, outputs } = resource;
  return { type, id, inputs: plainMap(inputs), outputs: plainMap(outputs), config };
}
/**
 * What outlives the cloud of a resource: its automatic names, and which resource of its URN has them. Another cloud then
 * makes a resource of the same names, and gives it what is kept of it.
 */
const nameForm = v.object({
  generation: v.pipe(v.number(), v.integer(), v.minValue(0)),
  names: record(v.string(), v.string()),
});

export type KeptName = v.InferOutput<typeof nameForm>;

/** Names by URN. */
export const keptNames: KeptKind<KeptName> = keptKind("name", nameForm);

/** All that stands of a stack, over the runs of its program: each run finds here what those before have left. */
export class Checkpoint {
  readonly #standing = new Map<string, StandingRecord>();
  /** Of resources that an earlier cloud has had, and this one has not yet. */
  readonly #former = new Map<string, KeptName>();
  readonly #shelf: Shelf<KeptName>;
  /** Replaced resources that are still to be deleted. */
  #condemned: readonly StandingRecord[] = [];
  readonly #generations = new Map<string, number>();

  /** @param keep where names are kept; by default nowhere. */
  constructor(keep: Keep = keepsNothing) {
    this.#shelf = keep.open(keptNames, "", (urn) => this.#nameOf(urn));
    for (const [urn, name] of this.#shelf.entries()) this.#former.set(urn, name);
  }

  /** What a resource was called in an earlier cloud, when it does not stand in this one yet. */
  formerly(urn: string): KeptName | undefined {
    return this.#standing.has(urn) ? undefined : this.#former.get(urn);
  }

  #nameOf(urn: string): KeptName | undefined {
    const standing = this.#standing.get(urn);
    if (standing === undefined) return this.#former.get(urn);
    const { filledIn, generation, resource } = standing;
    const names = recordOf(
      filledIn.flatMap((name) => {
        const value = resource.inputs[name];
        return typeof value === "string" ? [[name, value] as const] : [];
      }),
    );
    return { generation, names };
  }

  get(urn: string): StandingRecord | undefined {
    return this.#standing.get(urn);
  }

  /** Every resource that stands, replaced ones too, in the order of their creation. */
  all(): readonly StandingRecord[] {
    return [...this.#condemned, ...this.#standing.values()];
  }

  get condemned(): readonly StandingRecord[] {
    return this.#condemned;
  }

  /** How many resources of this URN there have been. */
  nextGeneration(urn: string): number {
    return this.#generations.get(urn) ?? 0;
  }

  put(record: StandingRecord): void {
    const { urn } = record.resource;
    this.#standing.set(urn, record);
    this.#generations.set(urn, Math.max(this.nextGeneration(urn), record.generation + 1));
    this.#former.delete(urn);
    if (record.resource.custom) this.#shelf.changed(urn);
  }

  /** Its successor takes its place; it is to be deleted at the end of the run. */
  condemn(record: StandingRecord): void {
    this.#condemned = [...this.#condemned, record];
  }

  remove(record: StandingRecord): void {
    this.#condemned = this.#condemned.filter((other) => other !== record);
    const { urn } = record.resource;
    if (this.#standing.get(urn) !== record) return;
    this.#standing.delete(urn);
    this.#shelf.changed(urn);
  }

  /** The resource has another URN from now on, wherever it is named. */
  rename(from: string, to: string): void {
    const former = this.#former.get(from);
    if (former !== undefined) this.#former.set(to, former);
    this.#former.delete(from);
    const renamed = (urn: string) => (urn === from ? to : urn);
    const entries = [...this.#standing.values()].map((record): StandingRecord => ({
      ...record,
      ...(record.deletedWith === undefined ? {} : { deletedWith: renamed(record.deletedWith) }),
      resource: {
        ...record.resource,
        urn: renamed(record.resource.urn),
        ...(record.resource.parent === undefined ? {} : { parent: renamed(record.resource.parent) }),
        dependencies: record.resource.dependencies.map(renamed),
        propertyDependencies: Object.fromEntries(
          Object.entries(record.resource.propertyDependencies).map(([property, urns]) => [
            property,
            urns.map(renamed),
          ]),
        ),
      },
    }));
    this.#standing.clear();
    for (const record of entries) this.#standing.set(record.resource.urn, record);
    this.#shelf.changed(from);
    this.#shelf.changed(to);
    this.#generations.set(to, Math.max(this.nextGeneration(to), this.nextGeneration(from)));
  }
}

/** The URNs that a resource needs: they outlive it. */
function needs({ resource }: StandingRecord): readonly string[] {
  return [
    ...resource.dependencies,
    ...Object.values(resource.propertyDependencies).flat(),
    ...(resource.parent === undefined ? [] : [resource.parent]),
  ];
}

/** Each before all that it needs; else the last one first. */
export function deletionOrder(records: readonly StandingRecord[]): readonly StandingRecord[] {
  const byUrn = Map.groupBy(records, ({ resource }) => resource.urn);
  const ordered: StandingRecord[] = [];
  const seen = new Set<StandingRecord>();
  const visit = (record: StandingRecord) => {
    if (seen.has(record)) return;
    seen.add(record);
    for (const urn of needs(record)) for (const needed of byUrn.get(urn) ?? []) visit(needed);
    ordered.push(record);
  };
  for (const record of records) visit(record);
  return ordered.reverse();
}
