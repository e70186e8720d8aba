import { createHash } from "node:crypto";
import { messageOf, type Random } from "embedded-aws/support";
import { automaticName } from "./autonaming";
import { limit } from "./limit";
import type { ProgressEvent, ResourceProgress } from "./progress";
import { type Provider, ResourceFailure, type ResourceRequest } from "./provider";
import type { Registration } from "./registration";
import { disabledProviders } from "./stackConfig";
import { STACK_REFERENCE_TYPE } from "./stackReference";
import { createUrn, ORGANIZATION, type RegisteredResource, STACK_TYPE, StackState } from "./state";
import {
  containsSecret,
  containsUnknown,
  plain,
  plainMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
} from "./values";

export type Mode = "update" | "preview";

export interface DeploymentOptions {
  readonly project: string;
  readonly stack: string;
  readonly mode: Mode;
  readonly provider: Provider;
  /** The stack's configuration by full key: "aws:region", "pulumi:autonaming" and the like. */
  readonly config: Readonly<Record<string, string>>;
  readonly random: Random;
  /** The outputs of another stack, by its name. Throws `ResourceFailure` for one that is not known. */
  readonly stackOutputs: (stack: string) => PropertyMap;
  /** How many resources are created at once. */
  readonly parallel: number;
  readonly onEvent: (event: ProgressEvent) => void;
}

/** The run is over for this registration: another resource failed, or the run was stopped. */
export class RunEnded extends Error {}

/** A resource could not be created; the message names it, its type, the property and the reason. */
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
  readonly #salt: string;
  readonly #taken = new Set<string>();
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #limited: <T>(work: () => Promise<T>) => Promise<T>;
  #stackUrn: string | undefined;

  constructor(options: DeploymentOptions) {
    this.#options = options;
    // One draw for the run: names then depend on the seed and the URN, not on the order of arrival.
    this.#salt = options.random.hex(32);
    this.#limited = limit(options.parallel);
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

  /** Calls a provider's function; undefined means that the answer is known only to a real deployment. */
  async invoke(
    token: string,
    args: PropertyMap,
    provider: string | undefined,
  ): Promise<PropertyMap | undefined> {
    this.#throwIfEnded();
    if (token === "pulumi:pulumi:getResource") return this.#getResource(plain(args.urn ?? null));
    this.#demandProvider(token, provider, `the call of ${token} must`);
    if (Object.values(args).some(containsUnknown)) return undefined;
    return this.#options.provider.invoke(token, plainMap(args), this.#providerConfig(token, provider));
  }

  /** Resolves once nothing is being created any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#inFlight]);
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
    return registration.custom
      ? await this.#createCustom(base, registration)
      : this.#keep({ ...base, outputs: {} }, "created", 0);
  }

  /** Another stack as this program sees it: its outputs. */
  #readStack(base: RegisteredResource): RegisteredResource {
    const name = plain(base.inputs.name ?? base.name);
    if (typeof name !== "string") throw new ResourceFailure("expected a stack's name", "name");
    const outputs = { name, outputs: this.#options.stackOutputs(name), secretOutputNames: [] };
    return this.#keep({ ...base, id: name, outputs }, "created", 0);
  }

  async #createCustom(base: RegisteredResource, registration: Registration): Promise<RegisteredResource> {
    const { provider, config } = this.#options;
    this.#demandProvider(base.type, registration.provider, `${base.urn} must`);
    const salt = `${this.#salt}${base.urn}`;
    const request: ResourceRequest = {
      urn: base.urn,
      type: base.type,
      name: base.name,
      inputs: plainMap(base.inputs),
      nameSuffix: createHash("sha256").update(salt).digest("hex").slice(0, 7),
      automaticName: automaticName(config["pulumi:autonaming"], base.type, base.name, {
        ...this.#options,
        organization: ORGANIZATION,
        salt,
      }),
      config: this.#providerConfig(base.type, registration.provider),
    };
    const checked = provider.check(request);
    // What the program gave keeps its secrets; the rest is the provider's defaults.
    const inputs = { ...checked, ...base.inputs };
    if (this.#options.mode === "preview")
      return this.#keep({ ...base, inputs, outputs: inputs }, "planned", 0);
    this.#progress(base, "creating", 0);
    const start = performance.now();
    const created = await this.#limited(() => {
      this.#throwIfEnded();
      return provider.create({ ...request, inputs: checked });
    });
    const outputs = markSecrets(
      { ...inputs, ...created.outputs },
      inputs,
      registration.additionalSecretOutputs,
    );
    return this.#keep({ ...base, inputs, outputs, id: created.id }, "created", performance.now() - start);
  }

  #keep(resource: RegisteredResource, status: "created" | "planned", durationMs: number): RegisteredResource {
    this.state.add(resource);
    this.#progress(resource, this.#options.mode === "preview" ? "planned" : status, durationMs);
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
    const reason = error instanceof Error ? describe(error) : messageOf(error);
    const failure = new DeploymentFailure(`${registration.type} "${registration.name}": ${reason}`, urn);
    this.#progress({ urn, ...registration }, "failed", 0);
    if (!this.failed.signal.aborted) this.failed.abort(failure);
    return failure;
  }

  #throwIfEnded(): void {
    if (this.failed.signal.aborted) throw new RunEnded("the run has ended");
  }

  #progress(
    resource: Pick<RegisteredResource, "urn" | "type" | "name">,
    status: ResourceProgress["status"],
    durationMs: number,
  ): void {
    this.#options.onEvent({
      type: "resource",
      status,
      urn: resource.urn,
      resourceType: resource.type,
      name: resource.name,
      durationMs,
    });
  }
}

/** AWS's errors carry their code as the name. */
function describe(error: Error): string {
  return error instanceof ResourceFailure || error.name === "Error"
    ? error.message
    : `${error.name}: ${error.message}`;
}

/** Outputs that come from secret inputs, or that the program names, are secret whole. */
function markSecrets(outputs: PropertyMap, inputs: PropertyMap, additional: readonly string[]): PropertyMap {
  const secret = (key: string) =>
    additional.includes(key) || (key in inputs && containsSecret(inputs[key] ?? null));
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      secret(key) && !containsSecret(value) ? new Secret(value) : value,
    ]),
  );
}
