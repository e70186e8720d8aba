import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

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

/**
 * Begins every name that must be given rather than left to Pulumi, so that several stacks of several projects
 * can live in one account: letters, digits, hyphens and underscores only, which every service takes.
 */
export function stackPrefix(): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}`.replace(/[^A-Za-z0-9_-]/g, "-");
}

/** The namespace of the metrics that this stack's functions publish: two stacks must not add up. */
export function metricsNamespace(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** An IAM policy document of these statements, as the JSON that IAM reads. */
export function policyDocument(
  statements: readonly pulumi.Input<aws.iam.PolicyStatement>[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}
