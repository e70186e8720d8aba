import type { Random } from "embedded-aws/support";
import { formerUrns } from "./aliases";
import { Checkpoint } from "./checkpoint";
import { limit } from "./limit";
import type { ProgressEvent, ResourceStatus } from "./progress";
import { describeFailure, type Provider, ResourceFailure } from "./provider";
import { Reconciler } from "./reconciler";
import type { Registration } from "./registration";
import { disabledProviders } from "./stackConfig";
import { STACK_REFERENCE_TYPE } from "./stackReference";
import { createUrn, type RegisteredResource, STACK_TYPE, StackState } from "./state";
import { containsUnknown, plain, plainMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./values";

export type Mode = "update" | "preview";

export interface DeploymentOptions {
  readonly project: string;
  readonly stack: string;
  readonly mode: Mode;
  readonly provider: Provider;
  /** The stack's configuration by full key: "aws:region", "pulumi:autonaming" and the like. */
  readonly config: Readonly<Record<string, string>>;
  readonly random: Random;
  /** What earlier runs have left standing, and where this one writes what it does; by default, nothing. */
  readonly checkpoint?: Checkpoint;
  /** The outputs of another stack, by its name. Throws `ResourceFailure` for one that is not known. */
  readonly stackOutputs: (stack: string) => PropertyMap;
  /** How many resources are created or changed at once. */
  readonly parallel: number;
  readonly onEvent: (event: ProgressEvent) => void;
}

/** The run is over for this registration: another resource failed, or the run was stopped. */
export class RunEnded extends Error {}

/** A resource could not be created, changed or deleted; the message names it, its type, the property and the reason. */
export class DeploymentFailure extends Error {
  constructor(
    message: string,
    readonly urn?: string,
  ) {
    super(message);
    this.name = "DeploymentFailure";
  }
}

const PROVIDER_PREFIX = "pulumi:providers:";

/** One run of one program: what it registers, in what order, and what becomes of it. Knows nothing of gRPC. */
export class Deployment {
  readonly state = new StackState();
  /** Aborts, with the failure as its reason, as soon as one resource fails. */
  readonly failed = new AbortController();
  readonly #options: DeploymentOptions;
  readonly #checkpoint: Checkpoint;
  readonly #reconciler: Reconciler;
  readonly #taken = new Set<string>();
  /** The URNs under which resources stood before this run, by those that they have now. */
  readonly #former = new Map<string, readonly string[]>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #finishing: Promise<void> | undefined;
  #stackUrn: string | undefined;

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.#checkpoint = options.checkpoint ?? new Checkpoint();
    const limited = limit(options.parallel);
    this.#reconciler = new Reconciler({
      ...options,
      // One draw for the run: names then depend on the seed and the URN, not on the order of arrival.
      salt: options.random.hex(32),
      checkpoint: this.#checkpoint,
      act: (work) =>
        limited(() => {
          this.#throwIfEnded();
          return work();
        }),
      onProgress: (...progress) => this.#progress(...progress),
    });
  }

  get mode(): Mode {
    return this.#options.mode;
  }

  get stackUrn(): string | undefined {
    return this.#stackUrn;
  }

  /** The stack's outputs; empty until the program has ended. */
  get outputs(): PropertyMap {
    return (this.#stackUrn === undefined ? undefined : this.state.get(this.#stackUrn)?.outputs) ?? {};
  }

  /** Registers one resource, creating it unless this is a preview. Throws `RunEnded` once a resource failed. */
  async register(registration: Registration): Promise<RegisteredResource> {
    this.#throwIfEnded();
    const parent = registration.parent ?? (registration.type === STACK_TYPE ? undefined : this.#stackUrn);
    const urn = createUrn(
      this.#options.stack,
      this.#options.project,
      parent,
      registration.type,
      registration.name,
    );
    const work = this.#register(urn, parent, registration).catch((error: unknown) => {
      throw this.#fail(urn, registration, error);
    });
    this.#inFlight.add(work);
    try {
      return await work;
    } finally {
      this.#inFlight.delete(work);
    }
  }

  registerOutputs(urn: string, outputs: PropertyMap): void {
    this.state.setOutputs(urn, outputs);
    if (urn === this.#stackUrn) this.#options.onEvent({ type: "outputs", outputs });
  }

  /**
   * Calls a provider's function; undefined means that the answer is known only to a real deployment. What AWS refuses is
   * an error for the program, which may go on without the answer; what is not supported ends the run.
   */
  async invoke(
    token: string,
    args: PropertyMap,
    provider: string | undefined,
  ): Promise<PropertyMap | undefined> {
    this.#throwIfEnded();
    if (token === "pulumi:pulumi:getResource") return this.#getResource(plain(args.urn ?? null));
    try {
      this.#demandProvider(token, provider, `the call of ${token} must`);
      if (Object.values(args).some(containsUnknown)) return undefined;
      return await this.#options.provider.invoke(
        token,
        plainMap(args),
        this.#providerConfig(token, provider),
      );
    } catch (error) {
      const message = `${token}: ${describeFailure(error)}`;
      throw error instanceof ResourceFailure ? this.refuse(message) : new Error(message, { cause: error });
    }
  }

  /**
   * Ends the run, as the program asks for what is not supported: were it told, it could go on without, and a person
   * would read its stack. Gives the failure.
   */
  refuse(message: string): DeploymentFailure {
    const failure = new DeploymentFailure(message);
    if (!this.failed.signal.aborted) this.failed.abort(failure);
    return failure;
  }

  /** Resolves once nothing is being done any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#inFlight]);
  }

  /**
   * The program has registered everything: deletes what it no longer has. Throws `DeploymentFailure` for what cannot
   * be deleted. Does so once, however often it is called; not after a failure, and not in a preview.
   */
  finish(): Promise<void> {
    return (this.#finishing ??= this.#finish());
  }

  async #finish(): Promise<void> {
    await this.settled();
    if (this.mode === "preview" || this.failed.signal.aborted) return;
    try {
      await this.#reconciler.deleteLeftovers();
    } catch (error) {
      const failure = new DeploymentFailure(describeFailure(error));
      this.failed.abort(failure);
      throw failure;
    }
  }

  async #register(
    urn: string,
    parent: string | undefined,
    registration: Registration,
  ): Promise<RegisteredResource> {
    if (this.#taken.has(urn))
      throw new ResourceFailure(
        "another resource has the same type, name and parent; give it a name of its own",
      );
    this.#taken.add(urn);
    if (registration.unsupported !== undefined) throw new ResourceFailure(registration.unsupported);
    if (registration.type === STACK_TYPE) this.#stackUrn = urn;
    this.#adopt(urn, parent, registration);
    const base: RegisteredResource = {
      urn,
      type: registration.type,
      name: registration.name,
      ...(parent === undefined ? {} : { parent }),
      custom: registration.custom,
      inputs: registration.inputs,
      outputs: registration.inputs,
      dependencies: registration.dependencies,
      propertyDependencies: registration.propertyDependencies,
      protect: registration.protect ?? this.#parentProtects(parent),
    };
    if (registration.type === STACK_REFERENCE_TYPE) return this.#readStack(base);
    if (registration.custom) return await this.#applyCustom(base, registration);
    const component = { ...base, outputs: {} };
    if (this.mode === "preview") return this.#keep(component, "planned");
    return this.#keep(component, this.#reconciler.keepComponent(component));
  }

  /** A resource that stands under a name of its aliases has this one from now on. */
  #adopt(urn: string, parent: string | undefined, registration: Registration): void {
    const { project, stack } = this.#options;
    const former = formerUrns(
      { project, stack, parent, type: registration.type, name: registration.name },
      registration.lifecycle?.aliases ?? [],
      this.#stackUrn,
      this.#former.get(parent ?? "") ?? [],
    );
    this.#former.set(urn, former);
    const known = (other: string) =>
      this.#checkpoint.get(other) !== undefined || this.#checkpoint.formerly(other) !== undefined;
    if (known(urn)) return;
    const found = former.find((other) => known(other) && !this.#taken.has(other));
    if (found !== undefined) this.#checkpoint.rename(found, urn);
  }

  /** Another stack as this program sees it: its outputs. */
  #readStack(base: RegisteredResource): RegisteredResource {
    const name = plain(base.inputs.name ?? base.name);
    if (typeof name !== "string") throw new ResourceFailure("expected a stack's name", "name");
    const outputs = { name, outputs: this.#options.stackOutputs(name), secretOutputNames: [] };
    return this.#keep({ ...base, id: name, outputs }, "created");
  }

  async #applyCustom(base: RegisteredResource, registration: Registration): Promise<RegisteredResource> {
    this.#demandProvider(base.type, registration.provider, `${base.urn} must`);
    const config = this.#providerConfig(base.type, registration.provider);
    if (this.mode === "preview") {
      const inputs = this.#reconciler.check(base, config);
      return this.#keep({ ...base, inputs, outputs: inputs }, "planned");
    }
    const resource = await this.#reconciler.apply(base, registration, config);
    this.state.add(resource);
    return resource;
  }

  #keep(resource: RegisteredResource, status: ResourceStatus): RegisteredResource {
    this.state.add(resource);
    this.#progress(resource, this.mode === "preview" ? "planned" : status, 0);
    return resource;
  }

  /** Children of a protected component are protected, unless they say otherwise: the engine's rule. */
  #parentProtects(parent: string | undefined): boolean {
    return (parent === undefined ? undefined : this.state.get(parent)?.protect) ?? false;
  }

  #providerConfig(token: string, reference: string | undefined): PropertyMap {
    const name = token.startsWith(PROVIDER_PREFIX) ? "" : token.slice(0, token.indexOf(":"));
    const defaults = Object.entries(this.#options.config).filter(([key]) => key.startsWith(`${name}:`));
    if (reference === undefined)
      return Object.fromEntries(defaults.map(([key, value]) => [key.slice(name.length + 1), value]));
    // A reference is the provider resource's URN and id; a provider's own URN holds "::" too.
    const resource = this.state.get(reference.slice(0, reference.lastIndexOf("::")));
    if (resource === undefined) throw new ResourceFailure(`its provider ${reference} was never registered`);
    return plainMap(resource.inputs);
  }

  /** `pulumi:disable-default-providers`: what names no provider of its own is refused. */
  #demandProvider(token: string, provider: string | undefined, whoMust: string): void {
    const name = token.slice(0, token.indexOf(":"));
    if (provider !== undefined || name === "pulumi") return;
    const disabled =
      disabledProviders(this.#options.config["pulumi:disable-default-providers"] ?? "[]") ?? [];
    if (disabled.includes("*") || disabled.includes(name))
      throw new ResourceFailure(
        `the default provider for ${name} is disabled by pulumi:disable-default-providers: ${whoMust} use an explicit provider`,
      );
  }

  #getResource(urn: PropertyValue): PropertyMap {
    const resource = typeof urn === "string" ? this.state.get(urn) : undefined;
    if (resource === undefined) throw new ResourceFailure(`no resource ${JSON.stringify(urn)} in this stack`);
    const id = resource.id ?? (resource.custom ? UNKNOWN : "");
    return { urn: resource.urn, id, state: resource.outputs };
  }

  #fail(urn: string, registration: Registration, error: unknown): Error {
    if (error instanceof RunEnded) return error;
    const failure = new DeploymentFailure(
      `${registration.type} "${registration.name}": ${describeFailure(error)}`,
      urn,
    );
    this.#progress({ urn, ...registration }, "failed", 0);
    if (!this.failed.signal.aborted) this.failed.abort(failure);
    return failure;
  }

  #throwIfEnded(): void {
    if (this.failed.signal.aborted) throw new RunEnded("the run has ended");
  }

  #progress(
    resource: Pick<RegisteredResource, "urn" | "type" | "name">,
    status: ResourceStatus,
    durationMs: number,
    changed?: readonly string[],
  ): void {
    this.#options.onEvent({
      type: "resource",
      status,
      urn: resource.urn,
      resourceType: resource.type,
      name: resource.name,
      durationMs,
      ...(changed === undefined || changed.length === 0 ? {} : { changed }),
    });
  }
}
