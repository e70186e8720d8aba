import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { eventOperations } from "./eventOperations";
import { groupKeyOperations } from "./groupKeys";
import { groupOperations } from "./groupOperations";
import { LogGroups } from "./logGroups";
import { streamOperations } from "./streamOperations";

/** CloudWatch Logs, in memory: groups, streams, events, retention. No queries, no subscriptions. */
export function createLogs(context: CloudContext): Service {
  const groups = new LogGroups(context);
  return officialService("logs", {
    ...groupOperations(context, groups),
    ...groupKeyOperations(context, groups),
    ...streamOperations(context, groups),
    ...eventOperations(context, groups),
  });
}
