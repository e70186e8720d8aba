import { AwsError } from "../../core/errors";

/** SQS's general refusal of a value; the names of the more exact ones stand where they are thrown. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}

export function missingParameter(name: string): AwsError {
  return new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);
}

export function unknownAttribute(name: string): AwsError {
  return new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

export function queueDoesNotExist(what: string): AwsError {
  return new AwsError("QueueDoesNotExist", `The specified queue does not exist. ${what}.`);
}

/** Throws unless `value` is a whole number in [min, max]. */
export function checkRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be a whole number between ${min} and ${max}.`,
  );
}
