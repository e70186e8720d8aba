import { AwsError } from "../../core/errors";
import type { Cancel } from "../../core/clock";
import type { CloudContext } from "../../core/service";
import { moveMessage } from "./moveMessage";
import type { Queue, Queues } from "./queues";

/** SQS API reference, StartMessageMoveTask; also the pace of a task that names none. */
export const maxMessagesPerSecond = 500;

/** SQS API reference, ListMessageMoveTasks: only the 10 most recent tasks of a source are known. */
const maxRemembered = 10;

/** A fast task moves a few messages at each step rather than setting a timer for each message. */
const minStepMs = 100;

type MoveObstacle =
  "nothing left" | "CouldNotDetermineMessageSource" | "AWS.SimpleQueueService.NonExistentQueue";

/** A run that moves a dead-letter queue's messages out, at a steady pace on the cloud's clock. */
export interface MoveTask {
  readonly handle: string;
  readonly source: Queue;
  /** Left out: each message goes back to the queue that it came from. */
  readonly destination: Queue | undefined;
  readonly messagesPerSecond: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  moved: number;
  status: "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";
  failureReason: string | undefined;
}

export class MoveTasks {
  readonly #tasks: MoveTask[] = [];
  readonly #timers = new Map<MoveTask, Cancel>();

  constructor(
    private readonly context: CloudContext,
    private readonly queues: Queues,
  ) {}

  start(source: Queue, destination: Queue | undefined, messagesPerSecond: number | undefined): MoveTask {
    if (this.of(source).some((task) => task.status === "RUNNING")) {
      throw new AwsError(
        "UnsupportedOperation",
        `There is already a task running on the queue ${source.name}. Only one active task is allowed for a source queue at any time.`,
      );
    }
    const now = this.context.clock.now();
    const task: MoveTask = {
      handle: Buffer.from(
        JSON.stringify({ taskId: this.context.random.uuid(), sourceArn: source.arn }),
      ).toString("base64"),
      source,
      destination,
      messagesPerSecond,
      startedAt: now,
      toMove: source.messages.counts(now).available,
      moved: 0,
      status: "RUNNING",
      failureReason: undefined,
    };
    this.#forgetOldest(source);
    this.#tasks.push(task);
    this.#scheduleStep(task);
    return task;
  }

  /** The tasks of a source, the most recent first. */
  of(source: Queue): readonly MoveTask[] {
    return this.#tasks.filter((task) => task.source === source).reverse();
  }

  byHandle(handle: string): MoveTask {
    const task = this.#tasks.find((known) => known.handle === handle);
    if (task === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `TaskHandle: got "${handle}". Task does not exist.`,
        404,
      );
    }
    return task;
  }

  /** What has been moved stays moved. */
  cancel(task: MoveTask): void {
    if (task.status !== "RUNNING") {
      throw new AwsError(
        "UnsupportedOperation",
        `The task is ${task.status}. Only a task that is RUNNING can be cancelled.`,
      );
    }
    this.#end(task, "CANCELLED");
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
  }

  #forgetOldest(source: Queue): void {
    const oldest = this.of(source)[maxRemembered - 1];
    if (oldest !== undefined) this.#tasks.splice(this.#tasks.indexOf(oldest), 1);
  }

  #scheduleStep(task: MoveTask): void {
    const delayMs = Math.max(minStepMs, 1000 / (task.messagesPerSecond ?? maxMessagesPerSecond));
    this.#timers.set(
      task,
      this.context.clock.after(delayMs, () => this.#step(task)),
    );
  }

  #step(task: MoveTask): void {
    const now = this.context.clock.now();
    const pace = task.messagesPerSecond ?? maxMessagesPerSecond;
    // Rounded up, because a clock may wake a little early; the first step moves one message at least.
    const due = Math.min(task.toMove, Math.ceil(((now - task.startedAt) / 1000) * pace));
    while (task.moved < due) {
      const obstacle = this.#moveOne(task, now);
      if (obstacle === undefined) {
        task.moved++;
      } else {
        // Nothing left before its time means that someone else took it.
        if (obstacle === "nothing left") this.#end(task, "COMPLETED");
        else this.#end(task, "FAILED", obstacle);
        return;
      }
    }
    if (task.moved >= task.toMove) this.#end(task, "COMPLETED");
    else this.#scheduleStep(task);
  }

  /** Returns what stood in the way, in AWS's words where it has them. */
  #moveOne(task: MoveTask, now: number): MoveObstacle | undefined {
    const { source, destination: given } = task;
    if (!this.queues.has(source)) return "AWS.SimpleQueueService.NonExistentQueue";
    const content = source.messages.peekVisible(now);
    if (content === undefined) return "nothing left";
    if (given === undefined && content.deadLetterSourceArn === undefined)
      return "CouldNotDetermineMessageSource";
    const destination = given ?? this.queues.byArn(content.deadLetterSourceArn ?? "");
    if (destination === undefined || !this.queues.has(destination)) {
      return "AWS.SimpleQueueService.NonExistentQueue";
    }
    moveMessage(this.context, source, destination, content);
    return undefined;
  }

  #end(task: MoveTask, status: MoveTask["status"], failureReason?: string): void {
    task.status = status;
    task.failureReason = failureReason;
    this.#timers.get(task)?.();
    this.#timers.delete(task);
  }
}
