import type { Access } from "../../core/service";
import type { TargetGroups } from "./targetGroups";

/** The permission to do something with a target group, with the group's tags as condition keys. */
export function groupAccess(groups: TargetGroups, action: string, arn: string): Access {
  const tags = groups.find(arn)?.tags ?? new Map<string, string>();
  return {
    action: `elasticloadbalancing:${action}`,
    resource: arn,
    context: Object.fromEntries([...tags].map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
  };
}

export const tagRules = {
  Tags: { length: [1, 50] },
  "Tags.Key": { length: [1, 128], pattern: /^(?!aws:)/i },
  "Tags.Value": { length: [0, 256] },
} as const;
