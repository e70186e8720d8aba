import { accessDenied } from "../../core/dispatch";
import { AwsError } from "../../core/errors";
import type { Access, CloudContext, ServiceName } from "../../core/service";
import type { Principal } from "../../core/iam/principal";
import { accessTo } from "./access";
import { type Key, keysOf } from "./keys";

/** What a service that encrypts for a caller asks KMS for, in the caller's name. */
const ACTIONS = ["GenerateDataKey", "Decrypt"];

/**
 * Checks that `caller` may use a key by way of a service that encrypts with it, as that service's requests
 * need. Nothing is encrypted here: the permission is what a program can get wrong.
 *
 * @param actions of KMS: "Decrypt".
 * @throws AwsError `KMSAccessDeniedException`, `KMSNotFoundException`, `KMSDisabledException` or
 * `KMSInvalidStateException`.
 */
export function authorizeUseOfKey(
  context: CloudContext,
  keyId: string,
  caller: Principal,
  via: ServiceName,
  actions: readonly string[] = ACTIONS,
  encryptionContext: Readonly<Record<string, string>> = {},
): void {
  const key = usableKey(context, keyId);
  try {
    context.authorize(
      caller,
      actions.flatMap((action) => [...useOf(context, key, caller, via, action, encryptionContext)]),
    );
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== accessDenied) throw error;
    throw new AwsError("KMSAccessDeniedException", error.message, 400);
  }
  requireEnabled(key);
}

/** The permission, by what is known of the request. */
function useOf(
  { region }: CloudContext,
  key: Key,
  caller: Principal,
  via: ServiceName,
  action: string,
  encryptionContext: Readonly<Record<string, string>> = {},
): readonly Access[] {
  return accessTo(key, action, {
    ...Object.fromEntries(
      Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
    ),
    // A service that acts for itself comes by way of nobody.
    ...(caller.kind === "service"
      ? {}
      : { "kms:ViaService": `${via}.${region}.amazonaws.com`, "kms:CallerAccount": caller.accountId }),
  });
}

/** @throws AwsError `KMSNotFoundException`. */
function usableKey(context: CloudContext, keyId: string): Key {
  try {
    return keysOf(context).get(keyId);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError("KMSNotFoundException", error.message, 400);
  }
}

function requireEnabled({ arn, state }: Key): void {
  if (state === "Enabled") return;
  if (state === "Disabled") throw new AwsError("KMSDisabledException", `${arn} is disabled.`);
  throw new AwsError(
    "KMSInvalidStateException",
    `${arn} is pending deletion; expected a key that is enabled`,
  );
}
