import { AwsError } from "embedded-aws";
import type { CreateContext } from "./resourceType";

/**
 * The pause between two calls, as a part of the longest that a change may take: what counts is used soon after, and a
 * deployment's last functions are not held up by a pause that has grown as long as the change took.
 */
const PAUSE = 1 / 20;
/** Milliseconds; where changes count nearly at once, that is often enough. */
const SHORTEST_PAUSE_MS = 20;

/** What AWS's services say of a role, a policy or a profile that is too new for them, as the AWS provider reads it. */
const UNSETTLED: readonly { readonly code: string; readonly message: RegExp }[] = [
  {
    code: "InvalidParameterValueException",
    message:
      /cannot be assumed by Lambda|execution role does not have permissions|ensure the role can perform/,
  },
  { code: "InvalidParameterValue", message: /Invalid IAM Instance Profile/ },
];

/**
 * Calls again while AWS does not know yet what was created just before, as the AWS provider does. That waits two
 * minutes; here it is twice as long as a change may take, so that a role that is wrong is told of soon.
 */
export async function untilSettled<Answer>(
  context: Pick<CreateContext, "wait" | "settleMs">,
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (let waited = 0; ;) {
    try {
      return await call();
    } catch (error) {
      if (!isUnsettled(error) || waited >= 2 * context.settleMs) throw error;
      const pause = Math.max(SHORTEST_PAUSE_MS, context.settleMs * PAUSE);
      await context.wait(pause);
      waited += pause;
    }
  }
}

/** For how long SQS keeps the name of a deleted queue to itself; a little longer than its minute. */
const NAME_KEPT_MS = 70_000;

/** Calls again while SQS still remembers a queue of that name, as the AWS provider does. */
export async function untilForgotten<Answer>(
  context: Pick<CreateContext, "wait">,
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (let waited = 0; ; waited += 1000) {
    try {
      return await call();
    } catch (error) {
      const remembered = error instanceof AwsError && error.code.endsWith("QueueDeletedRecently");
      if (!remembered || waited >= NAME_KEPT_MS) throw error;
      await context.wait(1000);
    }
  }
}

function isUnsettled(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    UNSETTLED.some(({ code, message }) => error.code === code && message.test(error.message))
  );
}
