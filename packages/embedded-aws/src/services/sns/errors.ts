import { AwsError, notSupported } from "../../core/errors";

/** SNS's one refusal of a value. `what` begins with AWS's own words for it: a parameter's name, "Empty message". */
export function invalidParameter(what: string): AwsError {
  return new AwsError("InvalidParameterException", `Invalid parameter: ${what}`);
}

/** Of a parameter that the model does not require, and SNS does. */
export function missingParameter(name: string): AwsError {
  return invalidParameter(`${name} Reason: no value for required parameter`);
}

/**
 * Checks the name of an attribute of a topic or subscription.
 *
 * @throws AwsError for a name that SNS does not know, and another one for a name that is not supported here.
 */
export function checkAttributeName(
  name: string,
  kind: "topic" | "subscription",
  supported: readonly string[],
  others: RegExp,
): void {
  if (supported.includes(name)) return;
  if (others.test(name)) throw notSupported(`The ${kind} attribute ${name}`);
  throw invalidParameter(`AttributeName Reason: got ${name}; expected one of ${supported.join(", ")}`);
}
