import { AwsError } from "./errors";

const mebibyte = 1024 * 1024;

/** What Lambda documents: 50 MB of zip, which base64 makes a third larger. */
export const LAMBDA_BODY_BYTES = 69_905_067;

/**
 * The largest body that a service's HTTP front accepts, in bytes; operations have tighter limits of their own.
 * DynamoDB documents 16 MB. For the rest, room for 1 MiB of payload (SQS, EventBridge, PutLogEvents) with every character escaped.
 */
export function bodyLimit(service: string | undefined): number {
  if (service === "lambda") return LAMBDA_BODY_BYTES;
  return service === "dynamodb" ? 16 * mebibyte : 8 * mebibyte;
}

/** In the words of the service whose limit it is. */
export function bodyTooLarge(limit: number): AwsError {
  return limit === LAMBDA_BODY_BYTES
    ? new AwsError("RequestEntityTooLargeException", `Request must be smaller than ${limit} bytes`, 413)
    : new AwsError("RequestEntityTooLarge", `The body is larger than the ${limit} bytes allowed`, 413);
}
