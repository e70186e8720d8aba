import * as pulumi from "@pulumi/pulumi";

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
