import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import { roleNameOf } from "./lambdaFunction";

/** Word for word: tools try again when they read it, as a new role takes a while to be known. */
const CANNOT_BE_ASSUMED = "The role defined for the function cannot be assumed by Lambda.";

/** Refuses a role that does not exist or that Lambda may not assume. */
export async function checkRole(context: CloudContext, roleArn: string): Promise<void> {
  const { Role } = await context
    .call(
      "iam",
      "GetRole",
      { RoleName: roleNameOf(roleArn) },
      { kind: "administrator", accountId: context.accountId },
    )
    .catch((error: unknown) => {
      if (error instanceof AwsError && error.code === "NoSuchEntityException") return { Role: undefined };
      throw error;
    });
  if (Role?.Arn !== roleArn) {
    throw new AwsError(
      "InvalidParameterValueException",
      `${CANNOT_BE_ASSUMED} The role ${roleArn} does not exist.`,
    );
  }
  if (!context.isSettled(roleArn)) {
    throw new AwsError("InvalidParameterValueException", CANNOT_BE_ASSUMED);
  }
  const trust: unknown = parseJson(decodeURIComponent(Role.AssumeRolePolicyDocument ?? ""));
  if (!trustsLambda(trust)) {
    throw new AwsError(
      "InvalidParameterValueException",
      `${CANNOT_BE_ASSUMED} The trust policy of ${roleArn} must allow sts:AssumeRole to the service lambda.amazonaws.com.`,
    );
  }
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function trustsLambda(document: unknown): boolean {
  const { Statement } = document as { Statement?: unknown };
  return asList(Statement).some((statement) => {
    const { Effect, Principal, Action } = (statement ?? {}) as {
      Effect?: unknown;
      Principal?: { Service?: unknown };
      Action?: unknown;
    };
    return (
      Effect === "Allow" &&
      asList(Principal?.Service).includes("lambda.amazonaws.com") &&
      asList(Action).some((action) => action === "sts:AssumeRole" || action === "sts:*" || action === "*")
    );
  });
}
