import { AwsError } from "../../core/errors";
import { principalArn } from "../../core/iam/principal";
import type { CloudContext } from "../../core/service";
import { operationsOf } from "../../wire/operation";
import * as inputs from "./inputs";

/** The account has its root user alone; clients ask for it to learn the account's number. */
export function userOperations(context: CloudContext) {
  const operation = operationsOf("iam", context);
  const since = inputs.iamDate(context.clock.now());
  return {
    ...operation(
      "GetUser",
      { supports: ["UserName"], rules: inputs.memberRules },
      ({ UserName = "" }) => [
        { action: "iam:GetUser", resource: `arn:aws:iam::${context.accountId}:user/${UserName}` },
      ],
      ({ UserName }, { caller }) => {
        if (UserName !== undefined) throw inputs.noSuchEntity(`The user with name ${UserName}`);
        if (caller.kind !== "administrator")
          throw new AwsError(
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
          );
        const { accountId } = caller;
        return {
          User: {
            Path: "/",
            UserName: "root",
            UserId: accountId,
            Arn: principalArn(caller),
            CreateDate: since,
          },
        };
      },
    ),
  };
}
