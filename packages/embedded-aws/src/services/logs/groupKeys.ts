import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import { authorizeUseOfKey } from "../kms/useOfKey";
import { type LogGroups, nameRules } from "./logGroups";

/**
 * Checks that CloudWatch Logs may encrypt a group's events with a key. It acts for itself: what counts is the key's
 * policy, by the service's name in this region and the group's ARN as encryption context. CloudWatch Logs user guide,
 * "Encrypt log data in CloudWatch Logs using AWS KMS".
 *
 * @throws AwsError `InvalidParameterException`.
 */
export function checkGroupKey(context: CloudContext, groupArn: string, keyId: string): void {
  const service = {
    kind: "service",
    service: `logs.${context.region}.amazonaws.com`,
    sourceArn: groupArn,
  } as const;
  try {
    authorizeUseOfKey(context, keyId, service, "logs", ["Encrypt", "Decrypt", "GenerateDataKey"], {
      "aws:logs:arn": groupArn,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      "InvalidParameterException",
      `The specified KMS key does not exist or is not allowed to be used with LogGroup '${groupArn}'`,
    );
  }
}

/** Another key for a group, or none. What is stored already keeps its own, which nobody sees here. */
export function groupKeyOperations(context: CloudContext, groups: LogGroups) {
  const operation = operationsOf("logs", context);
  const on = (action: string) => (input: { readonly logGroupName?: string | undefined }) =>
    groups.access(action, given(input));
  return {
    ...operation(
      "AssociateKmsKey",
      { supports: ["logGroupName", "kmsKeyId"], rules: nameRules },
      on("AssociateKmsKey"),
      (input) => {
        const group = groups.require(given(input));
        checkGroupKey(context, groups.arn(group.name), input.kmsKeyId);
        group.kmsKeyId = input.kmsKeyId;
        return {};
      },
    ),

    ...operation(
      "DisassociateKmsKey",
      { supports: ["logGroupName"], rules: nameRules },
      on("DisassociateKmsKey"),
      (input) => {
        groups.require(given(input)).kmsKeyId = undefined;
        return {};
      },
    ),
  };
}

function given({ logGroupName }: { readonly logGroupName?: string | undefined }): string {
  if (logGroupName !== undefined) return logGroupName;
  throw new AwsError(
    "InvalidParameterException",
    "logGroupName: got nothing; expected the name of a log group",
  );
}
