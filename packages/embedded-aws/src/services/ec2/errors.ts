import { AwsError } from "../../core/errors";

/** Errors of EC2 that more than one operation reports; codes as in the EC2 API reference, "Error codes". */

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}

export function missingParameter(name: string): AwsError {
  return new AwsError("MissingParameter", `The request must contain the parameter ${name}`);
}

export function invalidCombination(message: string): AwsError {
  return new AwsError("InvalidParameterCombination", message);
}

export function notFound(code: string, what: string, ids: readonly string[]): AwsError {
  const text =
    ids.length === 1
      ? `${what} '${ids[0] ?? ""}' does not exist`
      : `${what}s '${ids.join(", ")}' do not exist`;
  return new AwsError(code, `The ${text}`);
}

/** A status of 500, as AWS sends it: SDKs try again by themselves. */
export function insufficientCapacity(instanceType: string, zone: string): AwsError {
  return new AwsError(
    "InsufficientInstanceCapacity",
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}).`,
    500,
  );
}

export function dryRun(): AwsError {
  return new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
}
