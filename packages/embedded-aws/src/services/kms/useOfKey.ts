import { accessDenied } from "../../core/dispatch";
import { AwsError } from "../../core/errors";
import type { CloudContext, ServiceName } from "../../core/service";
import type { Principal } from "../../core/iam/principal";

/** What a service that encrypts for a caller asks KMS for, in the caller's name. */
const ACTIONS = ["kms:GenerateDataKey", "kms:Decrypt"];

/**
 * Checks that `caller` may use a key by way of a service that encrypts with it, as that service's requests
 * need. Nothing is encrypted here: the permission is what a program can get wrong.
 *
 * @throws AwsError `KMSAccessDeniedException`, `KMSNotFoundException` or `KMSInvalidStateException`.
 */
export async function authorizeUseOfKey(
  context: CloudContext,
  keyId: string,
  caller: Principal,
  via: ServiceName,
  actions: readonly string[] = ACTIONS,
): Promise<void> {
  const { accountId, region } = context;
  const administrator: Principal = { kind: "administrator", accountId };
  try {
    const { KeyMetadata: key } = await context.call("kms", "DescribeKey", { KeyId: keyId }, administrator);
    const { Policy } = await context.call("kms", "GetKeyPolicy", { KeyId: keyId }, administrator);
    const arn = key?.Arn ?? keyId;
    const conditions = {
      "kms:ViaService": `${via}.${region}.amazonaws.com`,
      ...(caller.kind === "service" ? {} : { "kms:CallerAccount": caller.accountId }),
    };
    context.authorize(
      caller,
      actions.map((action) => ({ action, resource: arn, resourcePolicy: Policy, context: conditions })),
    );
    if (key?.KeyState !== "Enabled") {
      throw new AwsError(
        "KMSInvalidStateException",
        `${arn} is ${key?.KeyState === "Disabled" ? "disabled" : "pending deletion"}; expected a key that is enabled`,
      );
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === accessDenied) throw new AwsError("KMSAccessDeniedException", error.message, 400);
    if (error.code === "NotFoundException") throw new AwsError("KMSNotFoundException", error.message, 400);
    throw error;
  }
}
