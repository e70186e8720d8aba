import type { PropertyMap } from "../../engine/values";
import type { CreateContext } from "../resourceType";

/** A resource as its reader asks AWS for it. */
interface Asked {
  /** The provider's id of it. */
  readonly id: string;
  /** As it was made, with the defaults of its schema and the provider's default tags. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: PropertyMap;
  /** An input, or else an output, that is a text; "" where it has none of that name. */
  readonly text: (name: string) => string;
}

/** What AWS says of a resource now. */
export interface Reading {
  /**
   * Inputs as AWS describes them, whole; undefined where there is nothing. An input that is not among them is not
   * read: one that only matters to changes, or that others may set where the program does not.
   */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What AWS makes of an input, or of a member of it, that the program leaves out; none is nothing. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Outputs that change without the program's doing. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Asks AWS for a resource; undefined, or AWS's own error that it is not there, when it is gone. */
export type Reader = (asked: Asked, context: CreateContext) => Promise<Reading | undefined>;

/** Readers by the types that they read. */
export type Readers = Readonly<Record<string, Reader>>;

interface ListedTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as a program gives them; AWS's own, which begin with "aws:", are nobody's to give. */
export function tagsFrom(
  listed: readonly ListedTag[] | Readonly<Record<string, string>> | undefined = {},
): Record<string, string> {
  const entries = Array.isArray(listed)
    ? (listed as readonly ListedTag[]).map(({ Key = "", Value = "" }) => [Key, Value] as const)
    : Object.entries(listed as Readonly<Record<string, string>>);
  return Object.fromEntries(entries.filter(([key]) => !key.startsWith("aws:")));
}

/** Of `observed`, those members that the program gives: of the others somebody else may dispose. */
export function whereGiven(
  { inputs }: Pick<Asked, "inputs">,
  observed: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(observed).filter(([name]) => inputs[name] !== undefined));
}

/** Of a description's members those that `given` has: one that names a thing by its id is not told its name as well. */
export function asGiven(given: unknown, observed: Readonly<Record<string, unknown>>) {
  return typeof given === "object" && given !== null
    ? whereGiven({ inputs: { ...given } }, observed)
    : observed;
}

/** Text of IAM's, which comes as part of a URL. */
export function decoded(document: string | undefined): string | undefined {
  return document === undefined ? undefined : decodeURIComponent(document);
}

/** What AWS knows by its ARN, in the program's way: by its name, or a part of the ARN, where that is how it calls it. */
export function namedAs(given: unknown, arn: string | undefined): string | undefined {
  if (typeof given !== "string" || arn === undefined) return arn;
  if (arn.endsWith(`:${given}`)) return given;
  return given.includes(":") ? arn : arn.split(":").at(-1);
}

/** The key by which AWS encrypts, or the alias or id by which the program calls the same. */
export async function keyAs(
  given: unknown,
  observed: string | undefined,
  { call }: CreateContext,
): Promise<string | undefined> {
  if (typeof given !== "string" || observed === undefined || given === observed) return observed;
  const { KeyMetadata } = await call("kms", "DescribeKey", { KeyId: given });
  return [KeyMetadata?.Arn, KeyMetadata?.KeyId].includes(observed) ? given : observed;
}
