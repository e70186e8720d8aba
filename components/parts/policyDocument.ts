import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** An IAM policy document of these statements, as the JSON that IAM reads. */
export function policyDocument(
  statements: readonly pulumi.Input<aws.iam.PolicyStatement>[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}
