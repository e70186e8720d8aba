import type { Access } from "../../core/service";
import type { Key } from "./keys";

/** A permission on a key, by its own policy and the caller's. */
export function accessTo(key: Key, action: string, context: Access["context"] = {}): Access[] {
  return [{ action: `kms:${action}`, resource: key.arn, resourcePolicy: key.policy, context }];
}
