import { AwsError } from "../../../core/errors";
import { queueAccess } from "../access";
import { checkRange, invalidParameter } from "../errors";
import { maxMessagesPerSecond, type MoveTask } from "../moveTasks";
import type { Queue } from "../queues";
import type { Sqs } from "./parts";

export function moveTaskOperations({ queues, moveTasks, operation }: Sqs) {
  const startMessageMoveTask = operation(
    "StartMessageMoveTask",
    { supports: ["SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond"] },
    ({ SourceArn, DestinationArn }) => {
      const source = existing("SourceArn", SourceArn);
      const targets =
        DestinationArn === undefined
          ? queues.sourcesOf(source)
          : [existing("DestinationArn", DestinationArn)];
      return [
        ...queueAccess(
          source,
          "StartMessageMoveTask",
          "ReceiveMessage",
          "DeleteMessage",
          "GetQueueAttributes",
        ),
        ...targets.flatMap((target) => queueAccess(target, "SendMessage")),
      ];
    },
    ({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: pace }) => {
      const source = existing("SourceArn", SourceArn);
      const destination =
        DestinationArn === undefined ? undefined : existing("DestinationArn", DestinationArn);
      if (pace !== undefined) checkRange("MaxNumberOfMessagesPerSecond", pace, 1, maxMessagesPerSecond);
      if (queues.sourcesOf(source).length === 0) {
        throw invalidParameter(
          `Source queue must be configured as a Dead Letter Queue: no queue's RedrivePolicy names ${SourceArn}.`,
        );
      }
      if (destination !== undefined && destination.settings.fifo !== source.settings.fifo)
        throw invalidParameter("Source and destination queues must be of the same type, FIFO or standard.");
      if (destination === source)
        throw invalidParameter("Source and destination queues must not be the same.");
      return { TaskHandle: moveTasks.start(source, destination, pace).handle };
    },
  );

  const listMessageMoveTasks = operation(
    "ListMessageMoveTasks",
    { supports: ["SourceArn", "MaxResults"] },
    ({ SourceArn }) => queueAccess(existing("SourceArn", SourceArn), "ListMessageMoveTasks"),
    ({ SourceArn, MaxResults = 1 }) => {
      checkRange("MaxResults", MaxResults, 1, 10);
      const tasks = moveTasks.of(existing("SourceArn", SourceArn)).slice(0, MaxResults);
      return { Results: tasks.map(describe) };
    },
  );

  const cancelMessageMoveTask = operation(
    "CancelMessageMoveTask",
    { supports: ["TaskHandle"] },
    ({ TaskHandle }) => queueAccess(moveTasks.byHandle(TaskHandle).source, "CancelMessageMoveTask"),
    ({ TaskHandle }) => {
      const task = moveTasks.byHandle(TaskHandle);
      moveTasks.cancel(task);
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
  );

  function existing(parameter: string, arn: string): Queue {
    const queue = queues.byArn(arn);
    if (queue !== undefined) return queue;
    throw new AwsError(
      "ResourceNotFoundException",
      `The resource that you specified for the ${parameter} parameter doesn't exist: ${arn}.`,
      404,
    );
  }

  return {
    ...startMessageMoveTask,
    ...listMessageMoveTasks,
    ...cancelMessageMoveTask,
  };
}

function describe(task: MoveTask): object {
  return {
    // Only a task that can be cancelled shows its handle.
    TaskHandle: task.status === "RUNNING" ? task.handle : undefined,
    Status: task.status,
    SourceArn: task.source.arn,
    DestinationArn: task.destination?.arn,
    MaxNumberOfMessagesPerSecond: task.messagesPerSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failureReason,
    StartedTimestamp: Math.floor(task.startedAt),
  };
}
