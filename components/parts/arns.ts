import * as pulumi from "@pulumi/pulumi";

/**
 * Names what lies in the same partition, region and account as a resource that is known: its ARN tells all three
 * without asking AWS while the program runs.
 *
 * @returns a function of a service, a resource ("instance/*") and, where it is not the same, an account.
 */
export function arnsBeside(known: pulumi.Input<string>) {
  return (service: string, resource: pulumi.Input<string>, account?: string): pulumi.Output<string> =>
    pulumi.all([known, resource]).apply(([arn, path]) => {
      const [, partition = "", , region = "", owner = ""] = arn.split(":");
      return `arn:${partition}:${service}:${region}:${account ?? owner}:${path}`;
    });
}

/** Names that a service has in the partition of an ARN, as conditions compare them: China's end in ".cn" or not. */
export function serviceNames(known: pulumi.Input<string>, service: string): pulumi.Output<string | string[]> {
  return pulumi.output(known).apply((arn) => {
    const [, partition = ""] = arn.split(":");
    const name = `${service}.amazonaws.com`;
    return partition === "aws-cn" ? [name, `${name}.cn`] : name;
  });
}
