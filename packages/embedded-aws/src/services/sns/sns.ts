import type { CloudContext, Service } from "../../core/service";
import { officialService } from "../../wire/operation";
import { subscriptionOperations } from "./subscriptionOperations";
import { topicOperations } from "./topicOperations";
import { Topics } from "./topics";

/** SNS: standard topics that hand messages to queues and functions. */
export function createSns(context: CloudContext): Service {
  const topics = new Topics(context);
  return officialService("sns", {
    ...topicOperations(context, topics),
    ...subscriptionOperations(context, topics),
  });
}
