import { createHash } from "node:crypto";
import { automaticName } from "./autonaming";
import { type Checkpoint, deletionOrder, standing, type StandingRecord } from "./checkpoint";
import type { ResourceStatus } from "./progress";
import { concerns, withOld } from "./propertyPath";
import {
  type Comparable,
  describeFailure,
  PartlyCreated,
  type PropertyChange,
  type Provider,
  ResourceFailure,
  type ResourceRequest,
} from "./provider";
import { type Lifecycle, NO_LIFECYCLE, type Registration } from "./registration";
import { ORGANIZATION, type RegisteredResource } from "./state";
import { containsSecret, plainMap, type PropertyMap, Secret } from "./values";

export interface ReconcilerOptions {
  readonly project: string;
  readonly stack: string;
  readonly provider: Provider;
  readonly config: Readonly<Record<string, string>>;
  /** Fixes the automatic names of the run. */
  readonly salt: string;
  readonly checkpoint: Checkpoint;
  /** Runs what changes the cloud, so much at once; throws when the run is over. */
  readonly act: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onProgress: (
    resource: Pick<RegisteredResource, "urn" | "type" | "name">,
    status: ResourceStatus,
    durationMs: number,
    changed?: readonly string[],
  ) => void;
}

/** Makes the cloud have each resource as the program wants it: created, changed, replaced, deleted or left alone. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** What this run has registered. */
  readonly #registered = new Set<string>();
  readonly #replaced = new Set<string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** The checked inputs of a resource, as a preview shows them. */
  check(base: RegisteredResource, config: PropertyMap): PropertyMap {
    const request = this.#request(base, config, 0, {});
    return { ...this.#options.provider.check(request), ...base.inputs };
  }

  /** What an earlier run has left of a resource without a provider: nothing but its place in the stack. */
  keepComponent(resource: RegisteredResource): "created" | "unchanged" {
    const { checkpoint } = this.#options;
    const old = this.#claim(resource.urn);
    checkpoint.put({
      resource,
      compared: {},
      filledIn: [],
      generation: 0,
      config: {},
      retainOnDelete: false,
    });
    return old === undefined ? "created" : "unchanged";
  }

  /** Brings a resource about; gives it as it stands then. */
  async apply(
    base: RegisteredResource,
    registration: Registration,
    config: PropertyMap,
  ): Promise<RegisteredResource> {
    const { lifecycle = NO_LIFECYCLE } = registration;
    const old = this.#claim(base.urn);
    const wanted = await this.#want(base, lifecycle, config, old);
    const keep = (resource: RegisteredResource, given: Partial<StandingRecord> = {}) => {
      const record = { ...wanted.record, ...given, resource };
      this.#options.checkpoint.put(record);
      return resource;
    };
    if (old === undefined) {
      return await this.#timed(base, "creating", "created", undefined, () =>
        this.#create(wanted, registration, keep),
      );
    }
    const why = this.#replacementReasons(old, wanted, lifecycle);
    const changed = [...new Set(wanted.changes.map(({ path: [property = ""] }) => property))];
    if (why.length > 0) {
      // As Pulumi does: what a program protects no longer it may replace in the same run.
      if (base.protect) this.#refuseIfProtected(old, "replaced");
      this.#replaced.add(base.urn);
      return await this.#timed(base, "replacing", "replaced", changed, () =>
        this.#replace(old, wanted, registration, config, keep),
      );
    }
    const id = old.resource.id ?? "";
    if (changed.length === 0 && old.attempted === undefined) {
      const secretsOf = { ...base, inputs: wanted.inputs };
      this.#options.onProgress(base, "unchanged", 0);
      return keep({ ...secretsOf, id, outputs: outputsOf(old.resource.outputs, wanted, registration) });
    }
    return await this.#timed(base, "updating", "updated", changed, async () => {
      try {
        const updated = await this.#options.act(() =>
          this.#options.provider.update(wanted.request, standing(old), new Set(changed)),
        );
        const outputs = outputsOf(updated.outputs, wanted, registration);
        return keep({ ...base, inputs: wanted.inputs, id: updated.id, outputs });
      } catch (error) {
        this.#options.checkpoint.put({ ...old, attempted: wanted.record.compared });
        throw error;
      }
    });
  }

  /**
   * Deletes what this run has replaced, and what its program no longer has: each after all that needs it.
   * `protect` is asked before anything is deleted.
   */
  async deleteLeftovers(): Promise<void> {
    const { checkpoint } = this.#options;
    const left = checkpoint.all().filter((record) => !this.#isWanted(record));
    for (const record of left)
      if (!checkpoint.condemned.includes(record)) this.#refuseIfProtected(record, "deleted");
    for (const record of deletionOrder(left)) await this.#delete(record);
  }

  /** Whether the program still has it. */
  #isWanted(record: StandingRecord): boolean {
    const { urn } = record.resource;
    return this.#registered.has(urn) && this.#options.checkpoint.get(urn) === record;
  }

  #claim(urn: string): StandingRecord | undefined {
    this.#registered.add(urn);
    return this.#options.checkpoint.get(urn);
  }

  async #want(
    base: RegisteredResource,
    lifecycle: Lifecycle,
    config: PropertyMap,
    old: StandingRecord | undefined,
  ) {
    const { provider, checkpoint } = this.#options;
    const ignored = old === undefined ? [] : lifecycle.ignoreChanges;
    const given = ignored.reduce(
      (inputs, path) => withOld(inputs, old?.resource.inputs ?? {}, path),
      base.inputs,
    );
    const former = checkpoint.formerly(base.urn);
    const generation = old?.generation ?? former?.generation ?? checkpoint.nextGeneration(base.urn);
    const keptNames = old?.filledIn ?? [];
    const kept: PropertyMap = {
      ...former?.names,
      ...Object.fromEntries(
        Object.entries(plainMap(old?.resource.inputs ?? {})).filter(([name]) => keptNames.includes(name)),
      ),
    };
    const wanted = await this.#checked({ ...base, inputs: given }, lifecycle, config, generation, kept);
    if (old === undefined) return { ...wanted, changes: [] };
    const compared = ignored.reduce(
      (values: Comparable, path) => withOld(values, old.compared, path),
      wanted.record.compared,
    );
    const changes = [old.compared, ...(old.attempted === undefined ? [] : [old.attempted])].flatMap(
      (before) => provider.changes(base.type, before, compared),
    );
    return { ...wanted, record: { ...wanted.record, compared }, changes };
  }

  async #checked(
    base: RegisteredResource,
    lifecycle: Lifecycle,
    config: PropertyMap,
    generation: number,
    kept: PropertyMap,
  ) {
    const { provider } = this.#options;
    const request = this.#request(base, config, generation, kept);
    const checked = provider.check(request);
    const checkedRequest = { ...request, inputs: checked };
    const record: Omit<StandingRecord, "resource"> = {
      compared: await provider.comparable(checkedRequest),
      filledIn: Object.keys(checked).filter((name) => !(name in base.inputs)),
      generation,
      config,
      retainOnDelete: lifecycle.retainOnDelete,
      ...(lifecycle.deletedWith === undefined ? {} : { deletedWith: lifecycle.deletedWith }),
      ...(lifecycle.replacementTrigger === undefined
        ? {}
        : { replacementTrigger: lifecycle.replacementTrigger }),
    };
    // What the program gave keeps its secrets; the rest is the provider's defaults.
    return { base, request: checkedRequest, inputs: { ...checked, ...base.inputs }, record };
  }

  #request(
    base: RegisteredResource,
    config: PropertyMap,
    generation: number,
    kept: PropertyMap,
  ): ResourceRequest {
    const salt = `${this.#options.salt}${base.urn}${generation === 0 ? "" : `#${generation}`}`;
    return {
      urn: base.urn,
      type: base.type,
      name: base.name,
      inputs: plainMap(base.inputs),
      kept,
      nameSuffix: createHash("sha256").update(salt).digest("hex").slice(0, 7),
      automaticName: automaticName(this.#options.config["pulumi:autonaming"], base.type, base.name, {
        ...this.#options,
        organization: ORGANIZATION,
        salt,
      }),
      config,
    };
  }

  async #create(wanted: Wanted, registration: Registration, keep: Keep): Promise<RegisteredResource> {
    const { base, request, inputs } = wanted;
    try {
      const created = await this.#options.act(() => this.#options.provider.create(request));
      const outputs = outputsOf(created.outputs, wanted, registration);
      return keep({ ...base, inputs, outputs, id: created.id }, wanted.record);
    } catch (error) {
      if (!(error instanceof PartlyCreated)) throw error;
      keep({ ...base, inputs, outputs: inputs, id: error.id }, { ...wanted.record, tainted: true });
      throw error.cause;
    }
  }

  async #replace(
    old: StandingRecord,
    wanted: Wanted & { readonly changes: readonly PropertyChange[] },
    registration: Registration,
    config: PropertyMap,
    keep: Keep,
  ): Promise<RegisteredResource> {
    const { provider, checkpoint } = this.#options;
    const { lifecycle = NO_LIFECYCLE } = registration;
    const replacing = wanted.changes.filter(({ replaces }) => replaces);
    const first =
      old.tainted === true ||
      (lifecycle.deleteBeforeReplace ??
        provider.deletesFirst(wanted.base.type, replacing, wanted.record.filledIn));
    // A new automatic name, as the old one may still stand.
    const anew = await this.#checked(
      wanted.base,
      lifecycle,
      config,
      checkpoint.nextGeneration(wanted.base.urn),
      {},
    );
    if (!first) {
      const created = await this.#create(anew, registration, keep);
      checkpoint.condemn(old);
      return created;
    }
    const dependents = this.#replacedWith(old);
    for (const record of dependents) this.#refuseIfProtected(record, "replaced");
    for (const record of deletionOrder([...dependents, old])) await this.#delete(record, record !== old);
    return await this.#create(anew, registration, keep);
  }

  /** What has to go before `old` can: whose own replacement follows from it, and so on. */
  #replacedWith(old: StandingRecord, found: StandingRecord[] = []): StandingRecord[] {
    const { checkpoint, provider } = this.#options;
    for (const record of checkpoint.all()) {
      if (record === old || found.includes(record) || this.#registered.has(record.resource.urn)) continue;
      const properties = Object.entries(record.resource.propertyDependencies)
        .filter(([, urns]) => urns.includes(old.resource.urn))
        .map(([property]) => property);
      const without = Object.fromEntries(
        Object.entries(record.compared).filter(([property]) => !properties.includes(property)),
      );
      if (!provider.changes(record.resource.type, record.compared, without).some(({ replaces }) => replaces))
        continue;
      found.push(record);
      this.#replacedWith(record, found);
    }
    return found;
  }

  #replacementReasons(
    old: StandingRecord,
    wanted: Wanted & { readonly changes: readonly PropertyChange[] },
    { replaceOnChanges, replaceWith }: Lifecycle,
  ): readonly unknown[] {
    return [
      ...(old.tainted === true ? ["it was created in part"] : []),
      ...wanted.changes.filter(
        ({ replaces, path }) => replaces || replaceOnChanges.some((property) => concerns(property, path)),
      ),
      ...(old.replacementTrigger === wanted.record.replacementTrigger ? [] : ["its trigger"]),
      ...replaceWith.filter((urn) => this.#replaced.has(urn)),
    ];
  }

  /** @param shown whether the deletion is told: that of what is replaced is a part of the replacement. */
  async #delete(
    record: StandingRecord,
    shown = !this.#options.checkpoint.condemned.includes(record),
  ): Promise<void> {
    const { checkpoint } = this.#options;
    const { resource, deletedWith, retainOnDelete } = record;
    if (!resource.custom) {
      checkpoint.remove(record);
      return;
    }
    const along = deletedWith !== undefined && checkpoint.get(deletedWith) === undefined;
    const status = retainOnDelete ? "retained" : "deleted";
    const work = async () => {
      if (!retainOnDelete && !along && !this.#goesAlong(record))
        await this.#options.act(() => this.#deleteStanding(record));
      checkpoint.remove(record);
    };
    await (shown ? this.#timed(resource, "deleting", status, undefined, work) : work());
  }

  async #deleteStanding(record: StandingRecord): Promise<void> {
    try {
      await this.#options.provider.delete(standing(record), false);
    } catch (error) {
      const { type, name } = record.resource;
      throw new ResourceFailure(`${type} "${name}" could not be deleted: ${describeFailure(error)}`);
    }
  }

  /** Whether what takes it along is still there and about to be deleted. */
  #goesAlong({ deletedWith }: StandingRecord): boolean {
    if (deletedWith === undefined) return false;
    const other = this.#options.checkpoint.get(deletedWith);
    return other !== undefined && !this.#isWanted(other);
  }

  #refuseIfProtected({ resource }: StandingRecord, what: string): void {
    if (!resource.protect) return;
    throw new ResourceFailure(
      `${resource.type} "${resource.name}" is protected, and would be ${what}: take \`protect\` off it in the program and run that first`,
    );
  }

  async #timed<T>(
    resource: Pick<RegisteredResource, "urn" | "type" | "name">,
    doing: ResourceStatus,
    done: ResourceStatus,
    changed: readonly string[] | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    this.#options.onProgress(resource, doing, 0, changed);
    const result = await work();
    this.#options.onProgress(resource, done, performance.now() - start, changed);
    return result;
  }
}

type Keep = (resource: RegisteredResource, given?: Partial<StandingRecord>) => RegisteredResource;

interface Wanted {
  readonly base: RegisteredResource;
  readonly request: ResourceRequest;
  readonly inputs: PropertyMap;
  readonly record: Omit<StandingRecord, "resource">;
}

/** Outputs that come from secret inputs, or that the program names, are secret whole. */
function outputsOf(outputs: PropertyMap, { inputs }: Wanted, registration: Registration): PropertyMap {
  const secret = (key: string) =>
    registration.additionalSecretOutputs.includes(key) ||
    (key in inputs && containsSecret(inputs[key] ?? null));
  return Object.fromEntries(
    Object.entries({ ...inputs, ...outputs }).map(([key, value]) => [
      key,
      secret(key) && !containsSecret(value) ? new Secret(value) : value,
    ]),
  );
}
