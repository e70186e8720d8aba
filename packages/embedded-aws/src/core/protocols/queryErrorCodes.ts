import type { ServiceName } from "../service";

/**
 * Error codes of the query protocol, which CloudWatch spoke before JSON, by today's names; from the service's
 * published model. A name that is not listed is the same in both.
 */
const codes: Partial<Record<ServiceName, Readonly<Record<string, string>>>> = {
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
