import { AwsError } from "../../core/errors";
import type { CloudContext } from "../../core/service";
import { authorizeUseOfKey } from "../kms/useOfKey";

/**
 * Why EventBridge cannot encrypt and decrypt a bus's events; undefined where it can. It acts for itself: what counts is the
 * key's policy, by the bus's ARN and as encryption context. EventBridge user guide, "Encrypting EventBridge event buses".
 */
export function encryptionRefusal(
  context: CloudContext,
  { arn, keyId }: { readonly arn: string; readonly keyId: string | undefined },
): AwsError | undefined {
  if (keyId === undefined) return undefined;
  const eventBridge = { kind: "service", service: "events.amazonaws.com", sourceArn: arn } as const;
  try {
    authorizeUseOfKey(context, keyId, eventBridge, "events", ["GenerateDataKey", "Decrypt"], {
      "aws:events:event-bus:arn": arn,
    });
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}
