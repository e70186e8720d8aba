import type { CloudContext, Service } from "../core/service";
import { MoveTasks } from "./moveTasks";
import { attributeOperations } from "./operations/attributes";
import { deleteOperations } from "./operations/deleteMessage";
import { moveTaskOperations } from "./operations/moveTasks";
import type { Sqs } from "./operations/parts";
import { queueOperations } from "./operations/queues";
import { receiveOperations } from "./operations/receiveMessage";
import { sendOperations } from "./operations/sendMessage";
import { tagOperations } from "./operations/tags";
import { visibilityOperations } from "./operations/visibility";
import { queuesOf } from "./statistics";

/** Amazon SQS, standard queues. */
export function createSqs(context: CloudContext): Service {
  const queues = queuesOf(context);
  const moveTasks = new MoveTasks(context, queues);
  const sqs: Sqs = { context, queues, moveTasks };
  return {
    name: "sqs",
    protocol: { kind: "awsJson", version: "1.0", targetPrefixes: ["AmazonSQS"] },
    operations: {
      ...queueOperations(sqs),
      ...attributeOperations(sqs),
      ...sendOperations(sqs),
      ...receiveOperations(sqs),
      ...deleteOperations(sqs),
      ...visibilityOperations(sqs),
      ...tagOperations(sqs),
      ...moveTaskOperations(sqs),
    },
    close() {
      moveTasks.close();
      return Promise.resolve();
    },
  };
}
