import type * as v from "valibot";
import type { ServiceCaller } from "embedded-aws";
import type { PropertyMap } from "../engine/values";

/** What a resource type may use while it creates a resource. */
export interface CreateContext {
  readonly region: string;
  readonly accountId: string;
  /** Paths of assets and archives are relative to it. */
  readonly programDirectory: string;
  /** How long a change of IAM may take to count in the cloud, in milliseconds of its clock. */
  readonly settleMs: number;
  /** Waits so many milliseconds of the cloud's clock. */
  wait(ms: number): Promise<void>;
  /** Calls the embedded cloud in-process, as the account's administrator. */
  readonly call: ServiceCaller<[]>;
}

export interface Created {
  /** The provider's id of the resource: what `resource.id` resolves to. */
  readonly id: string;
  /** Outputs beside the inputs, which are always echoed. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** How one Pulumi resource type is created in the embedded cloud. */
export interface ResourceType<Schema extends v.GenericSchema = v.GenericSchema> {
  /** "aws:sqs/queue:Queue" */
  readonly type: string;
  /** The inputs that are supported, as `v.strictObject`: any other is an error that names it. */
  readonly inputs: Schema;
  /** The input that Pulumi fills with an automatic name (`name-` and 7 hex digits) when it is left out. */
  readonly autoName?: {
    readonly property: string;
    /** What AWS wants behind a name, of resources with these inputs. */
    readonly suffix?: string | ((inputs: PropertyMap) => string);
  };
  /** Its tags have a form of their own, which the provider's default tags leave alone. */
  readonly ownTags?: true;
  create(inputs: v.InferOutput<Schema>, context: CreateContext): Promise<Created>;
  /** How it is deleted, where its end can be seen: the rest goes with the cloud. */
  delete?(inputs: v.InferOutput<Schema>, id: string, context: CreateContext): Promise<void>;
}
