import type { CloudContext, Service } from "../../core/service";
import { eventOperations } from "./eventOperations";
import { groupOperations } from "./groupOperations";
import { LogGroups } from "./logGroups";
import { streamOperations } from "./streamOperations";

/** CloudWatch Logs, in memory: groups, streams, events, retention. No queries, no subscriptions. */
export function createLogs(context: CloudContext): Service {
  const groups = new LogGroups(context);
  return {
    name: "logs",
    protocol: { kind: "awsJson", version: "1.1", targetPrefixes: ["Logs_20140328"] },
    operations: {
      ...groupOperations(context, groups),
      ...streamOperations(context, groups),
      ...eventOperations(context, groups),
    },
  };
}
