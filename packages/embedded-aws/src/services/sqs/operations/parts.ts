import type { CloudContext } from "../../../core/service";
import type { operationsOf } from "../../../wire/operation";
import type { MoveTasks } from "../moveTasks";
import type { Queues } from "../queues";

/** What the operations of SQS work on. */
export interface Sqs {
  readonly context: CloudContext;
  readonly queues: Queues;
  readonly moveTasks: MoveTasks;
  readonly operation: ReturnType<typeof operationsOf<"sqs">>;
}
