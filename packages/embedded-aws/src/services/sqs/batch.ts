import { AwsError } from "../../core/errors";
import { asAwsError } from "../../core/dispatch";
import { queryCodeOf } from "../../wire/serviceWire";

/** SQS developer guide, message quotas. */
const maxEntries = 10;

/** Members of each entry, as `supports` names them. */
export function inEntries<const Name extends string>(names: readonly Name[]): `Entries.${Name}`[] {
  return names.map((name) => `Entries.${name}` as const);
}

interface BatchEntry {
  readonly Id: string;
}

interface BatchFailure {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** Throws what SQS says to a batch that is wrong as a whole. */
export function checkBatch<Entry extends BatchEntry>(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length === 0) {
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > maxEntries) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${maxEntries}. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const { Id } of entries) {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(Id)) {
      throw new AwsError(
        "InvalidBatchEntryId",
        `Id: got "${Id}". A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.`,
      );
    }
    if (ids.has(Id)) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    ids.add(Id);
  }
  return entries;
}

/** Runs each entry by itself: what one throws is its own failure, and does not touch the others. */
export function runBatch<Entry extends BatchEntry, Success extends object>(
  entries: readonly Entry[],
  run: (entry: Entry) => Success,
): { readonly Successful: (Success & BatchEntry)[]; readonly Failed: BatchFailure[] } {
  const successful: (Success & BatchEntry)[] = [];
  const failed: BatchFailure[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (cause) {
      const error = asAwsError(cause);
      failed.push({
        Id: entry.Id,
        SenderFault: error.status < 500,
        Code: queryCodeOf("@aws-sdk/client-sqs", error.code),
        Message: error.message,
      });
    }
  }
  return { Successful: successful, Failed: failed };
}
