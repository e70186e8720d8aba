import type { PropertyMap } from "./values";

/** The type of the root resource that the SDK's runner registers for the stack itself. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** Pulumi's name for the owner of stacks that no service keeps. */
export const ORGANIZATION = "organization";

/** One resource of the stack, as the program registered it and the provider answered. */
export interface RegisteredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The parent's URN; only the stack has none. */
  readonly parent?: string;
  /** Created by a provider; components and the stack are not. */
  readonly custom: boolean;
  /** The provider's id; components have none, nor has a resource that is only previewed. */
  readonly id?: string;
  /** As the program gave them, with the provider's defaults; secrets stay `Secret`. */
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  /** URNs of everything that it depends on, directly. */
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
}

/** A resource's URN, by Pulumi's rule: the types of its parents, outermost first, qualify its own. */
export function createUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentType = parent?.split("::")[2];
  const qualified = parentType === undefined || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** The resources of one run, in the order in which they were registered. */
export class StackState {
  readonly #resources = new Map<string, RegisteredResource>();

  add(resource: RegisteredResource): void {
    this.#resources.set(resource.urn, resource);
  }

  get(urn: string): RegisteredResource | undefined {
    return this.#resources.get(urn);
  }

  /** Replaces the outputs of a component, or of the stack. */
  setOutputs(urn: string, outputs: PropertyMap): RegisteredResource {
    const resource = this.#resources.get(urn);
    if (resource === undefined) throw new Error(`outputs for ${urn}, which was never registered`);
    const changed = { ...resource, outputs };
    this.#resources.set(urn, changed);
    return changed;
  }

  all(): readonly RegisteredResource[] {
    return [...this.#resources.values()];
  }
}
