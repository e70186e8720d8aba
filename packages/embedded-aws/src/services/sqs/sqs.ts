import type { CloudContext, Service } from "../../core/service";
import { officialService, operationsOf } from "../../wire/operation";
import { MoveTasks } from "./moveTasks";
import { attributeOperations } from "./operations/attributes";
import { deleteOperations } from "./operations/deleteMessage";
import { moveTaskOperations } from "./operations/moveTasks";
import type { Sqs } from "./operations/parts";
import { permissionOperations } from "./operations/permissions";
import { queueOperations } from "./operations/queues";
import { receiveOperations } from "./operations/receiveMessage";
import { sendOperations } from "./operations/sendMessage";
import { tagOperations } from "./operations/tags";
import { visibilityOperations } from "./operations/visibility";
import { queuesOf } from "./statistics";

/** Amazon SQS: standard and FIFO queues. */
export function createSqs(context: CloudContext): Service {
  const queues = queuesOf(context);
  const moveTasks = new MoveTasks(context, queues);
  const sqs: Sqs = { context, queues, moveTasks, operation: operationsOf("sqs", context) };
  return officialService(
    "sqs",
    {
      ...queueOperations(sqs),
      ...attributeOperations(sqs),
      ...sendOperations(sqs),
      ...receiveOperations(sqs),
      ...deleteOperations(sqs),
      ...visibilityOperations(sqs),
      ...tagOperations(sqs),
      ...permissionOperations(sqs),
      ...moveTaskOperations(sqs),
    },
    () => {
      moveTasks.close();
      return Promise.resolve();
    },
  );
}
