import { AwsError } from "../../core/errors";

/** dynalite's errors carry the answer's body; anything else is a defect and passes through unchanged. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const { statusCode, body } = error as {
    statusCode?: number;
    body?: { __type: string; message?: string; Message?: string };
  };
  if (statusCode === undefined || body === undefined) throw error;
  return new AwsError(body.__type.replace(/^.*#/, ""), body.message ?? body.Message ?? "", statusCode);
}
