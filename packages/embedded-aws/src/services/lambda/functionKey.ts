import { accessDenied } from "../../core/dispatch";
import { AwsError } from "../../core/errors";
import type { Principal } from "../../core/iam/principal";
import type { CloudContext } from "../../core/service";
import { authorizeUseOfKey } from "../kms/useOfKey";
import type { FunctionSettings } from "./lambdaFunction";

/** Lambda's words for what KMS says; when variables are encrypted, and when they are read. */
const FAULTS: Readonly<Record<string, string>> = {
  KMSAccessDeniedException: "access to the KMS key was denied",
  KMSNotFoundException: "the KMS key was not found",
  KMSDisabledException: "the KMS key used is disabled",
  KMSInvalidStateException: "the state of the KMS key used is invalid for Decrypt",
};

/**
 * Checks that whoever gives a function a key of their own may use it: Lambda encrypts the function's variables in the
 * caller's name, and makes a grant by which the function's role decrypts them. Thus the role itself needs no permission.
 * Lambda developer guide, "Securing Lambda environment variables".
 *
 * @throws AwsError the service's `AccessDenied`, or `InvalidParameterValueException`.
 */
export function checkKeyOfFunction(
  context: CloudContext,
  functionArn: string,
  keyArn: string | undefined,
  caller: Principal,
): void {
  // An empty one stands for Lambda's own key.
  if (keyArn === undefined || keyArn === "") return;
  const encryptionContext = { "aws:lambda:FunctionArn": functionArn };
  try {
    authorizeUseOfKey(context, keyArn, caller, "lambda", ["Encrypt", "CreateGrant"], encryptionContext);
  } catch (error) {
    const fault = faultOf(error);
    const code = fault.code === "KMSAccessDeniedException" ? accessDenied : "InvalidParameterValueException";
    throw new AwsError(
      code,
      `Lambda was unable to configure access to your environment variables because ${FAULTS[fault.code] ?? fault.code}. Please check your KMS key settings. KMS Message: ${fault.message}`,
      code === accessDenied ? 403 : 400,
    );
  }
}

/**
 * Checks that a function's variables can be read, as each new execution environment does. Those that run have read them.
 * The grant, Lambda's own key or the program's, is bound to the role's unique id: a role that was deleted and made anew
 * under its name has none until the function is given its role, key or variables again.
 *
 * @throws AwsError `KMSAccessDeniedException`, `KMSNotFoundException`, `KMSDisabledException` or `KMSInvalidStateException`.
 */
export function checkVariablesReadable(context: CloudContext, settings: FunctionSettings): void {
  const { KMSKeyArn, Environment, Role, grantedTo } = settings;
  if (Object.keys(Environment).length === 0) return;
  const role = context.idOfRole(Role);
  // Of a role that is gone, IAM tells.
  if (role !== undefined && role !== grantedTo)
    throw unreadable(
      new AwsError(
        "KMSAccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
      ),
    );
  if (KMSKeyArn === undefined) return;
  try {
    // The grant allows it, whatever the role's policies say.
    authorizeUseOfKey(
      context,
      KMSKeyArn,
      { kind: "administrator", accountId: context.accountId },
      "lambda",
      [],
    );
  } catch (error) {
    throw unreadable(faultOf(error));
  }
}

function unreadable({ code, message }: AwsError): AwsError {
  return new AwsError(
    code,
    `Lambda was unable to decrypt the environment variables because ${FAULTS[code] ?? code}. Please check the function's KMS key settings. KMS Message: ${message}`,
    502,
  );
}

function faultOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}
