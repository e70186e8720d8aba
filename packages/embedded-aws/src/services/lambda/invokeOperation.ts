import { AwsError } from "../../core/errors";
import { messageOf } from "../../core/messageOf";
import { parseJson } from "../../core/parseJson";
import { textOf } from "../../core/utf8";
import { operationsOf, type Output } from "../../wire/operation";
import type { AsyncInvocations } from "./asyncInvocations";
import { nameRules } from "./functionInputs";
import type { FunctionParts } from "./functionOperations";
import { policyDocument, type Target } from "./lambdaFunction";
import { revisionOf } from "./versions";
import { MAX_ASYNC_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, TAIL_LOG_BYTES } from "./limits";
import type { Invoked } from "./invoker";

export function invokeOperation(
  { context, store, invoker }: FunctionParts,
  asyncInvocations: AsyncInvocations,
) {
  return operationsOf("lambda", context)(
    "Invoke",
    {
      supports: ["FunctionName", "Qualifier", "InvocationType", "LogType", "Payload"],
      rules: {
        ...nameRules,
        InvocationType: { oneOf: ["RequestResponse", "Event", "DryRun"] },
        LogType: { oneOf: ["None", "Tail"] },
      },
    },
    (input) => {
      const named = store.named(input);
      const resourcePolicy = policyDocument(named);
      const access = { action: "lambda:InvokeFunction", resource: named.arn };
      return [resourcePolicy === undefined ? access : { ...access, resourcePolicy }];
    },
    async (input, call) => {
      const { InvocationType = "RequestResponse", LogType, Payload } = input;
      const target: Target = store.named(input);
      const limit = InvocationType === "Event" ? MAX_ASYNC_PAYLOAD_BYTES : MAX_SYNC_PAYLOAD_BYTES;
      const payload = checkedPayload(Payload, context.conditions.payloadLimits ? limit : Infinity);
      const invocation = { requestId: call.requestId, payload };
      switch (InvocationType) {
        case "DryRun":
          return { StatusCode: 204, ExecutedVersion: revisionOf(target).version };
        case "Event":
          asyncInvocations.accept(target, invocation);
          return { StatusCode: 202 };
        case "RequestResponse":
          return syncAnswer(await invoker.invoke(target, invocation), LogType === "Tail");
      }
    },
  );
}

function syncAnswer({ outcome, lines, executedVersion }: Invoked, tail: boolean): Output<"lambda", "Invoke"> {
  return {
    StatusCode: 200,
    ExecutedVersion: executedVersion,
    Payload: Buffer.from(outcome.payload),
    ...(outcome.kind !== "succeeded" && { FunctionError: "Unhandled" }),
    ...(tail && { LogResult: tailOf(lines) }),
  };
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
    );
  }
  try {
    parseJson(textOf(payload));
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${messageOf(error)}`,
    );
  }
  return payload;
}
