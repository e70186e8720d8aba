import type * as v from "valibot";
import type { ServiceCaller } from "embedded-aws";
import type { PropertyMap } from "../engine/values";

/** What a resource type may use while it creates a resource. */
export interface CreateContext {
  readonly region: string;
  readonly accountId: string;
  /** Paths of assets and archives are relative to it. */
  readonly programDirectory: string;
  /** Where functions' packages are kept from one start to the next; by default they are made anew. */
  readonly packageDirectory?: string;
  /** How long a change of IAM may take to count in the cloud, in milliseconds of its clock. */
  readonly settleMs: number;
  /** Waits so many milliseconds of the cloud's clock. */
  wait(ms: number): Promise<void>;
  /**
   * Moves the cloud's clock on until every change of IAM counts; there where nothing else moves it. A function that is
   * called by a deployment may wait for such a change, and would wait for ever.
   */
  readonly letSettle?: (() => Promise<void>) | undefined;
  /** Calls the embedded cloud in-process, as the account's administrator. */
  readonly call: ServiceCaller<[]>;
}

export interface DeleteContext extends CreateContext {
  /** Whether AWS's own protection of the resource is taken off first. */
  readonly force: boolean;
}

export interface Created {
  /** The provider's id of the resource: what `resource.id` resolves to. */
  readonly id: string;
  /** Outputs beside the inputs, which are always echoed. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A change of a resource that stands. */
export interface Change<Inputs> {
  readonly id: string;
  /** As it is to be. */
  readonly inputs: Inputs;
  /** As it was made. */
  readonly old: Inputs;
  /** What its creation, or the last change, gave. */
  readonly outputs: PropertyMap;
  /** The inputs that differ, by name. */
  readonly changed: ReadonlySet<string>;
}

/** How one Pulumi resource type is created, changed and deleted in the embedded cloud. */
export interface ResourceType<Schema extends v.GenericSchema = v.GenericSchema> {
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  /** The inputs that are supported, as `v.strictObject`: each other one is an error that names it. */
  readonly inputs: Schema;
  /** The input that Pulumi fills with an automatic name (`name-` and 7 hex digits) when it is left out. */
  readonly autoName?: {
    readonly property: string;
    /** What AWS wants behind a name, of resources with these inputs. */
    readonly suffix?: string | ((inputs: PropertyMap) => string);
    /** It is left out for `namePrefix` alone; without that it is missing. */
    readonly onlyByPrefix?: true;
  };
  /** Its tags have a form of their own, which the provider's default tags leave alone. */
  readonly ownTags?: true;
  create(inputs: v.InferOutput<Schema>, context: CreateContext): Promise<Created>;
  /**
   * Changes it in place, where `replacements.ts` does not say that it is replaced; gives the outputs that may differ
   * afterwards, and `id` where AWS gives it another. Throws `ResourceFailure` for an input that cannot be changed. A
   * type without it is replaced whole.
   */
  update?(
    change: Change<v.InferOutput<Schema>>,
    context: CreateContext,
  ): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Deletes it. A type without it cannot leave a cloud that runs on. */
  delete?(inputs: v.InferOutput<Schema>, id: string, context: DeleteContext): Promise<void>;
}
