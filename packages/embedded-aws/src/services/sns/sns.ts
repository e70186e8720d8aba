import type { CloudContext, Service } from "../../core/service";
import { subscriptionOperations } from "./subscriptionOperations";
import { topicOperations } from "./topicOperations";
import { Topics } from "./topics";

/** SNS: standard topics that hand messages to queues and functions. */
export function createSns(context: CloudContext): Service {
  const topics = new Topics(context);
  return {
    name: "sns",
    protocol: { kind: "awsQuery", namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
    operations: { ...topicOperations(context, topics), ...subscriptionOperations(context, topics) },
  };
}
