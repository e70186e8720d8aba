import type { AutomaticName } from "./autonaming";
import type { PropertyMap } from "./values";

/** A resource as its provider sees it: secrets opened; in a preview some inputs may be `Unknown`. */
export interface ResourceRequest {
  readonly urn: string;
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
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

/** What creates the resources of a program: the embedded cloud's, or a test's. */
export interface Provider {
  /** The inputs with defaults filled in. Creates nothing. Throws `ResourceFailure` for what it cannot create. */
  check(request: ResourceRequest): PropertyMap;
  /** Creates the resource from checked inputs. Throws `ResourceFailure`, or AWS's own error. */
  create(request: ResourceRequest): Promise<CreatedResource>;
  /** Deletes the resource; resolves without doing anything where its end could not be seen. */
  delete?(request: Pick<ResourceRequest, "type" | "inputs" | "config">, id: string): Promise<void>;
  /** Calls a function ("aws:index/getRegion:getRegion"). Throws when there is no such function. */
  invoke(token: string, args: PropertyMap, config: PropertyMap): Promise<PropertyMap>;
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
