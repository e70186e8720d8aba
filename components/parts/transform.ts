import type * as pulumi from "@pulumi/pulumi";

/**
 * Changes one child of a component before it is created, so that no choice of the component's is final. Gets
 * the arguments and options that the component would use; what it returns replaces them, what it leaves out
 * stays.
 *
 * ```ts
 * transform: { table: (args) => ({ args: { ...args, tableClass: "STANDARD_INFREQUENT_ACCESS" } }) }
 * ```
 */
export type Transform<Args, Options = pulumi.CustomResourceOptions> = (
  args: Args,
  opts: Options,
) => { readonly args?: Args; readonly opts?: Options };

/** The arguments and options of a child, after its transform. */
export function transformed<Args, Options>(
  transform: Transform<Args, Options> | undefined,
  args: Args,
  opts: Options,
): [Args, Options] {
  const changed = transform?.(args, opts);
  return [changed?.args ?? args, changed?.opts ?? opts];
}
