import { AwsError } from "embedded-aws";

/** What AWS's services call that which is not there (any more). */
const GONE =
  /NotFound|NoSuchEntity|NonExistentQueue|QueueDoesNotExist|ResourceNotFoundException|ParameterNotFound|KMSInvalidState/;

/** Resolves as well when what is to be deleted is gone already, or goes with what is. */
export async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof AwsError && isGone(error))) throw error;
  }
}

/** Whether AWS says by it that something is not there. */
export function isGone({ code }: AwsError): boolean {
  return GONE.test(code);
}
