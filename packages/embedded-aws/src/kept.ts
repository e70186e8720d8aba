import type { KeptKind } from "./core/keep";
import { keptItems, keptKeys, keptRecords, keptStreams } from "./services/dynamodb/kept";
import { keptPlaces } from "./services/lambda/mappings/mapping";
import { keptEmails } from "./services/ses/inbox";
import { keptMemory } from "./services/sqs/fifo";
import { keptMessages } from "./services/sqs/message";

/** All that services keep: what is read when a cloud starts on it, before anything is made. */
export const keptKinds: readonly KeptKind<unknown>[] = [
  keptMessages,
  keptMemory,
  keptItems,
  keptKeys,
  keptStreams,
  keptRecords,
  keptPlaces,
  keptEmails,
];
