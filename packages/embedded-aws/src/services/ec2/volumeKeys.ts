import { AwsError } from "../../core/errors";
import type { Access, CloudContext } from "../../core/service";
import type { LaunchSpecification } from "./launchSpecification";

/** A key of the account's own that volumes are encrypted with. */
export interface VolumeKey {
  readonly arn: string;
  readonly policy: string | undefined;
}

/**
 * What whoever launches must be allowed to do with such a key: Amazon EBS user guide, "Requirements for Amazon EBS
 * encryption". It names ReEncrypt too, for snapshots that are encrypted already; no image here has one.
 */
const ACTIONS = ["CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"];

/**
 * The keys that a launch encrypts volumes with. EC2 itself takes the launch, and ends the instance soon after with this
 * code as its reason; here the launch is refused, so that the reason is seen.
 *
 * @throws AwsError `Client.InvalidKMSKey.InvalidState` for a key that does not exist or is not enabled.
 */
export async function volumeKeys(
  { BlockDeviceMappings = [] }: LaunchSpecification,
  context: CloudContext,
): Promise<VolumeKey[]> {
  const ids = BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.KmsKeyId ?? []);
  return Promise.all([...new Set(ids)].map((KeyId) => volumeKey(KeyId, context)));
}

async function volumeKey(KeyId: string, context: CloudContext): Promise<VolumeKey> {
  const administrator = { kind: "administrator", accountId: context.accountId } as const;
  try {
    const { KeyMetadata: key } = await context.call("kms", "DescribeKey", { KeyId }, administrator);
    if (key?.KeyState !== "Enabled") throw invalidState(KeyId, `is ${key?.KeyState ?? "unknown"}`);
    const { Policy } = await context.call("kms", "GetKeyPolicy", { KeyId }, administrator);
    return { arn: key.Arn ?? KeyId, policy: Policy };
  } catch (error) {
    if (error instanceof AwsError && error.code === "NotFoundException")
      throw invalidState(KeyId, "does not exist");
    throw error;
  }
}

function invalidState(keyId: string, problem: string): AwsError {
  return new AwsError(
    "Client.InvalidKMSKey.InvalidState",
    `The KMS key ${keyId} ${problem}; expected one that is enabled, for the volume to be encrypted with`,
  );
}

/** The permissions that launching with such a key needs, as EC2 asks KMS in the caller's name. */
export function keyAccesses({ arn, policy }: VolumeKey, region: string, accountId: string): Access[] {
  return ACTIONS.map((action) => ({
    action: `kms:${action}`,
    resource: arn,
    resourcePolicy: policy,
    context: {
      "kms:ViaService": `ec2.${region}.amazonaws.com`,
      "kms:CallerAccount": accountId,
      // The grant is for the volume, and not for the caller.
      ...(action === "CreateGrant" && { "kms:GrantIsForAWSResource": "true" }),
    },
  }));
}
