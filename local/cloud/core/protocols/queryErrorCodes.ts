import type { ServiceName } from "../service";

const legacySqs = (name: string) => `AWS.SimpleQueueService.${name}`;

/**
 * Error codes of the query protocol, which SQS and CloudWatch spoke before JSON, by today's names; from the
 * services' published models. A name that is not listed is the same in both.
 */
const codes: Partial<Record<ServiceName, Readonly<Record<string, string>>>> = {
  sqs: {
    AccessDeniedException: "AccessDenied",
    BatchEntryIdsNotDistinct: legacySqs("BatchEntryIdsNotDistinct"),
    BatchRequestTooLong: legacySqs("BatchRequestTooLong"),
    EmptyBatchRequest: legacySqs("EmptyBatchRequest"),
    InvalidBatchEntryId: legacySqs("InvalidBatchEntryId"),
    MessageNotInflight: legacySqs("MessageNotInflight"),
    PurgeQueueInProgress: legacySqs("PurgeQueueInProgress"),
    QueueDeletedRecently: legacySqs("QueueDeletedRecently"),
    QueueDoesNotExist: legacySqs("NonExistentQueue"),
    QueueNameExists: "QueueAlreadyExists",
    TooManyEntriesInBatchRequest: legacySqs("TooManyEntriesInBatchRequest"),
    UnsupportedOperation: legacySqs("UnsupportedOperation"),
  },
  monitoring: {
    AccessDeniedException: "AccessDenied",
    DashboardInvalidInputError: "InvalidParameterInput",
    DashboardNotFoundError: "ResourceNotFound",
    InternalServiceFault: "InternalServiceError",
    InvalidFormatFault: "InvalidFormat",
    InvalidParameterCombinationException: "InvalidParameterCombination",
    InvalidParameterValueException: "InvalidParameterValue",
    LimitExceededFault: "LimitExceeded",
    MissingRequiredParameterException: "MissingParameter",
  },
};

/** The query protocol's code for an error, or undefined for a service that never spoke that protocol. */
export function queryErrorCode(service: ServiceName, code: string): string | undefined {
  const known = codes[service];
  return known === undefined ? undefined : (known[code] ?? code);
}
