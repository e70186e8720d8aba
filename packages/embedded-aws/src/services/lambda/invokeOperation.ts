import * as v from "valibot";
import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import { operation, RawOutput, type Operation } from "../../core/service";
import type { AsyncInvocations } from "./asyncInvocations";
import { functionName, qualifier } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { policyDocument } from "./lambdaFunction";
import { MAX_ASYNC_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, TAIL_LOG_BYTES } from "./limits";
import type { Finished } from "./outcome";
import { messageOf } from "../../core/messageOf";

const invokeInput = v.strictObject({
  FunctionName: functionName,
  Qualifier: qualifier,
  InvocationType: v.optional(v.picklist(["RequestResponse", "Event", "DryRun"]), "RequestResponse"),
  LogType: v.optional(v.picklist(["None", "Tail"]), "None"),
  Payload: v.optional(v.instance(Uint8Array)),
});

/** The headers that `Invoke` takes its members from, beside the path and the payload. */
export const invokeHeaders = { "x-amz-invocation-type": "InvocationType", "x-amz-log-type": "LogType" };

export function invokeOperation(
  { context, store, invoker }: FunctionParts,
  asyncInvocations: AsyncInvocations,
): Operation {
  return operation(
    context,
    invokeInput,
    ({ FunctionName }) => {
      const fn = store.get(FunctionName);
      const resourcePolicy = policyDocument(fn);
      const access = { action: "lambda:InvokeFunction", resource: fn.arn };
      return [resourcePolicy === undefined ? access : { ...access, resourcePolicy }];
    },
    async ({ FunctionName, InvocationType, LogType, Payload }, call) => {
      const fn = store.get(FunctionName);
      const payload = checkedPayload(
        Payload,
        InvocationType === "Event" ? MAX_ASYNC_PAYLOAD_BYTES : MAX_SYNC_PAYLOAD_BYTES,
      );
      const invocation = { requestId: call.requestId, payload };
      switch (InvocationType) {
        case "DryRun":
          return new RawOutput(Buffer.alloc(0), 204, { "x-amz-executed-version": "$LATEST" });
        case "Event":
          asyncInvocations.accept(fn, invocation);
          return new RawOutput(Buffer.alloc(0), 202);
        case "RequestResponse":
          return syncAnswer(await invoker.invoke(fn, invocation), LogType === "Tail");
      }
    },
  );
}

function syncAnswer({ outcome, lines }: Finished, tail: boolean): RawOutput {
  return new RawOutput(Buffer.from(outcome.payload), 200, {
    "content-type": "application/json",
    "x-amz-executed-version": "$LATEST",
    ...(outcome.kind !== "succeeded" && { "x-amz-function-error": "Unhandled" }),
    ...(tail && { "x-amz-log-result": tailOf(lines) }),
  });
}

/** The last 4 KB of an invocation's log, in base64. */
function tailOf(lines: readonly string[]): string {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""))
    .subarray(-TAIL_LOG_BYTES)
    .toString("base64");
}

/** An event must be JSON; without one the function gets an empty object. */
function checkedPayload(payload: Uint8Array | undefined, limit: number): Uint8Array {
  if (payload === undefined || payload.byteLength === 0) return Buffer.from("{}");
  if (payload.byteLength > limit) {
    throw new AwsError(
      "RequestTooLargeException",
      `${payload.byteLength} byte payload is too large for this invocation type (limit ${limit} bytes)`,
      413,
    );
  }
  try {
    parseJson(Buffer.from(payload).toString("utf8"));
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${messageOf(error)}`,
    );
  }
  return payload;
}
