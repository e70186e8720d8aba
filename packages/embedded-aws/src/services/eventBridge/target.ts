import * as v from "valibot";
import { AwsError, notSupported } from "../../core/errors";
import { isJson } from "../../core/parseJson";
import { record } from "../../core/record";
import { isJsonPath } from "./jsonPath";
import { undefinedVariables } from "./targetInput";

const JsonPath = v.pipe(
  v.string(),
  v.maxLength(256),
  v.check(isJsonPath, "a path like $.detail.state.value"),
);

/** A target of a rule; limits are those of the EventBridge API reference, `Target`. */
export const Target = v.strictObject({
  Id: v.pipe(v.string(), v.regex(/^[.\-_A-Za-z0-9]{1,64}$/)),
  Arn: v.pipe(v.string(), v.regex(/^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:.+$/)),
  Input: v.optional(v.pipe(v.string(), v.maxLength(8192))),
  InputPath: v.optional(JsonPath),
  InputTransformer: v.optional(
    v.strictObject({
      InputPathsMap: v.optional(record(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,256}$/)), JsonPath)),
      InputTemplate: v.pipe(v.string(), v.minLength(1), v.maxLength(8192)),
    }),
  ),
  DeadLetterConfig: v.optional(
    v.strictObject({ Arn: v.optional(v.pipe(v.string(), v.regex(/^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/))) }),
  ),
  RetryPolicy: v.optional(
    v.strictObject({
      MaximumRetryAttempts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(185))),
      MaximumEventAgeInSeconds: v.optional(
        v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(86_400)),
      ),
    }),
  ),
});
export type Target = v.InferOutput<typeof Target>;

const SERVICES = ["lambda", "sqs", "sns"] as const;
type TargetService = (typeof SERVICES)[number];

export function serviceOf(arn: string): TargetService {
  const name = arn.split(":")[2] ?? "";
  const service = SERVICES.find((known) => known === name);
  if (service === undefined) throw notSupported(`The EventBridge target ${arn}`);
  return service;
}

/** Throws `ValidationException` for a target that does not hold together, and for one that is not supported. */
export function checkTarget(target: Target): void {
  serviceOf(target.Arn);
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter(
    (input) => input !== undefined,
  );
  if (inputs.length > 1) {
    throw invalid(target, "expected at most one of Input, InputPath and InputTransformer");
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw invalid(target, `Input: got "${target.Input}"; expected JSON`);
  }
  if (target.InputTransformer === undefined) return;
  const { InputPathsMap: paths = {}, InputTemplate: template } = target.InputTransformer;
  const unknown = undefinedVariables(template, paths);
  if (unknown.length > 0) {
    throw invalid(target, `InputTemplate uses ${unknown.join(", ")}; expected names from InputPathsMap`);
  }
}

function invalid(target: Target, reason: string): AwsError {
  return new AwsError("ValidationException", `Target ${target.Id}: ${reason}`);
}
