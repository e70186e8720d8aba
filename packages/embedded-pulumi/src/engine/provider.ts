import { messageOf } from "embedded-aws/support";
import type { AutomaticName } from "./autonaming";
import type { PropertyMap, Wire } from "./values";

/** A resource as its provider sees it: secrets opened; in a preview some inputs may be `Unknown`. */
export interface ResourceRequest {
  readonly urn: string;
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  /** Inputs that the provider has filled in before, such as an automatic name: they stay as they are. */
  readonly kept?: PropertyMap;
  /** Seven hexadecimal digits for an automatic name; the same for one URN and one seed. */
  readonly nameSuffix: string;
  /** What the stack says of names that the program leaves to the provider; by default, the provider's own rule. */
  readonly automaticName?: AutomaticName;
  /** The provider's configuration: the stack's (`aws:region`), or that of an explicit provider resource. */
  readonly config: PropertyMap;
}

export interface CreatedResource {
  readonly id: string;
  /** Outputs beside the inputs, which the engine echoes. */
  readonly outputs: PropertyMap;
}

/** A resource that stands, as it was made. */
export interface StandingResource {
  readonly type: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly config: PropertyMap;
}

/** A resource as it was found: what differs from how it was made is as it is now, all else as it was. */
export interface ReadResource {
  /** The inputs that differ, by name. */
  readonly changed: readonly string[];
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** One value that is to change; undefined on the side where it is not there. */
export interface PropertyChange {
  /** Where it stands: ["environment", "variables", "LOG_LEVEL"]. */
  readonly path: readonly string[];
  readonly before: Wire | undefined;
  readonly after: Wire | undefined;
  /** Whether it cannot be changed in place, so that the resource is deleted and made again. */
  readonly replaces: boolean;
}

/** Plain data that stands for a resource's inputs when they are compared with later ones. */
export type Comparable = Readonly<Record<string, Wire>>;

/** What creates the resources of a program: the embedded cloud's, or a test's. */
export interface Provider {
  /** The inputs with defaults filled in. Creates nothing. Throws `ResourceFailure` for what it cannot create. */
  check(request: ResourceRequest): PropertyMap;
  /** What of checked inputs counts in a comparison, packages by their content. */
  comparable(request: ResourceRequest): Promise<Comparable>;
  /** What differs between two of those. */
  changes(type: string, before: Comparable, after: Comparable): readonly PropertyChange[];
  /**
   * Whether a resource like this cannot stand beside the one that it replaces, as two of one name cannot: the old
   * one is then deleted first. `changes` are those that replace it; `filledIn` names the inputs that the provider has
   * filled in, and fills in anew.
   */
  deletesFirst(type: string, changes: readonly PropertyChange[], filledIn: readonly string[]): boolean;
  /**
   * Creates the resource from checked inputs. Throws `ResourceFailure`, AWS's own error, or `PartlyCreated` when
   * something stands all the same.
   */
  create(request: ResourceRequest): Promise<CreatedResource>;
  /** Changes it in place; the properties that `changed` names differ. Throws as `create` does. */
  update(
    request: ResourceRequest,
    old: StandingResource,
    changed: ReadonlySet<string>,
  ): Promise<CreatedResource>;
  /** Looks how a resource stands now; undefined when it is gone. Throws AWS's own error. */
  read(resource: StandingResource): Promise<ReadResource | undefined>;
  /**
   * Deletes the resource; one that is gone already is deleted. Throws AWS's own error. `force` takes off first what
   * AWS itself protects it with.
   */
  delete(resource: StandingResource, force: boolean): Promise<void>;
  /** Calls a function ("aws:index/getRegion:getRegion"). Throws `ResourceFailure` for what is not supported, or AWS's own error. */
  invoke(token: string, args: PropertyMap, config: PropertyMap): Promise<PropertyMap>;
}

/** A creation that failed half way: what stands under `id` is deleted before it is tried again. */
export class PartlyCreated extends Error {
  override readonly name = "PartlyCreated";

  constructor(
    readonly id: string,
    override readonly cause: unknown,
  ) {
    super("created in part");
  }
}

/** Why a resource cannot be created, with the input at fault where there is one ("tags.Owner"). */
export class ResourceFailure extends Error {
  constructor(
    readonly reason: string,
    readonly property?: string,
  ) {
    super(property === undefined ? reason : `property "${property}": ${reason}`);
    this.name = "ResourceFailure";
  }
}

/** What failed, in words; AWS's errors carry their code as the name. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  return error instanceof ResourceFailure || error.name === "Error"
    ? error.message
    : `${error.name}: ${error.message}`;
}
