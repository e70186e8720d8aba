import { AwsError } from "../../core/errors";

/** What Amazon EC2 Auto Scaling calls everything that is wrong with a request. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
