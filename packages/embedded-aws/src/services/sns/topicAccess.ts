import type { Access, Call } from "../../core/service";
import { policyOf, type Topics } from "./topics";

/** A permission on a topic, which the caller's policies or the topic's own policy give. */
export function topicAccess(
  topics: Topics,
  accountId: string,
): (action: string, topicArn: string, call: Call) => Access[] {
  return (action, topicArn, call) => {
    const topic = topics.list().find((known) => known.arn === topicArn);
    const owner = ownerOf(call);
    return [
      {
        action: `sns:${action}`,
        resource: topicArn,
        ...(owner === undefined ? {} : { context: { "AWS:SourceOwner": owner } }),
        ...(topic === undefined ? {} : { resourcePolicy: policyOf(topic, accountId) }),
      },
    ];
  };
}

/** The account that `AWS:SourceOwner` shows: the caller's, and this one for CloudWatch's alarms. */
function ownerOf({ caller }: Call): string | undefined {
  if (caller.kind !== "service") return caller.accountId;
  return caller.service === "cloudwatch.amazonaws.com" ? caller.sourceArn.split(":")[4] : undefined;
}
