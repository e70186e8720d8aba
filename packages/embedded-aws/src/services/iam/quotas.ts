import { AwsError } from "../../core/errors";

/** IAM user guide, "IAM and AWS STS quotas": an account's own, in characters. */
const TRUST_POLICY = 2_048;
const INLINE_POLICIES = 10_240;
const MANAGED_POLICY = 6_144;
/** Managed policies on one role. */
const ATTACHED_POLICIES = 10;

/** "IAM does not count white space when calculating the size of a policy against these quotas." */
function sizeOf(text: string): number {
  return text.replace(/\s/g, "").length;
}

export function checkTrustPolicySize(text: string): void {
  if (sizeOf(text) > TRUST_POLICY) throw exceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY}`);
}

export function checkManagedPolicySize(text: string): void {
  if (sizeOf(text) > MANAGED_POLICY) throw exceeded(`Cannot exceed quota for PolicySize: ${MANAGED_POLICY}`);
}

/** @param texts all the policies that are written into the role */
export function checkInlinePolicySize(roleName: string, texts: readonly string[]): void {
  if (texts.reduce((sum, text) => sum + sizeOf(text), 0) > INLINE_POLICIES)
    throw exceeded(`Maximum policy size of ${INLINE_POLICIES} bytes exceeded for role ${roleName}`);
}

/** @param count the policies that the role would have */
export function checkAttachedPolicies(count: number): void {
  if (count > ATTACHED_POLICIES)
    throw exceeded(`Cannot exceed quota for PoliciesPerRole: ${ATTACHED_POLICIES}`);
}

function exceeded(message: string): AwsError {
  return new AwsError("LimitExceededException", message, 409);
}
