import { AwsError, notSupported } from "../../core/errors";
import { elsewhere, isOwnArn } from "../../core/ownArn";
import { isJson } from "../../core/parseJson";
import type { CloudContext } from "../../core/service";
import type { Definite, Input } from "../../wire/operation";
import type { Rules } from "../../wire/rules";
import { isJsonPath } from "./jsonPath";
import { undefinedVariables } from "./targetInput";

const members = [
  ...(["Id", "Arn", "Input", "InputPath", "InputTransformer"] as const),
  ...(["DeadLetterConfig", "RetryPolicy"] as const),
] as const;

type TargetMember = (typeof members)[number];
/** A target of a rule, as far as it is supported. */
export type Target = Definite<
  Pick<NonNullable<Input<"events", "PutTargets">["Targets"]>[number], TargetMember>
>;

/** What PutTargets takes of each of its targets. */
export const targetMembers = members.map((name) => `Targets.${name}` as const);

/** Limits are those of the EventBridge API reference, `Target`. */
export const targetRules = {
  Targets: { length: [1, 100] },
  "Targets.Id": { pattern: /^[.\-_A-Za-z0-9]{1,64}$/ },
  "Targets.Arn": { pattern: /^arn:aws:[a-z0-9-]+:[^:]*:[^:]*:.+$/ },
  "Targets.Input": { length: [0, 8192] },
  "Targets.InputPath": { length: [0, 256] },
  "Targets.InputTransformer.InputTemplate": { length: [1, 8192] },
  "Targets.DeadLetterConfig.Arn": { pattern: /^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/ },
  "Targets.RetryPolicy.MaximumRetryAttempts": { range: [0, 185] },
  "Targets.RetryPolicy.MaximumEventAgeInSeconds": { range: [60, 86_400] },
} as const satisfies Rules;

/** InputTransformer, EventBridge API reference. */
const MOST_PATHS = 100;

const SERVICES = ["lambda", "sqs", "sns"] as const;
type TargetService = (typeof SERVICES)[number];

export function serviceOf(arn: string): TargetService {
  const name = arn.split(":")[2] ?? "";
  const service = SERVICES.find((known) => known === name);
  if (service === undefined) throw notSupported(`The EventBridge target ${arn}`);
  return service;
}

/** Throws `ValidationException` for a target that does not hold together, and for one that is not supported. */
export function checkTarget(target: Target, context: CloudContext): void {
  serviceOf(target.Arn);
  if (!isOwnArn(context, target.Arn)) throw elsewhere("The EventBridge target", target.Arn);
  const deadLetters = target.DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && !isOwnArn(context, deadLetters))
    throw elsewhere("The dead-letter queue", deadLetters);
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter(
    (input) => input !== undefined,
  );
  if (inputs.length > 1) {
    throw invalid(target, "expected at most one of Input, InputPath and InputTransformer");
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw invalid(target, `Input: got "${target.Input}"; expected JSON`);
  }
  if (target.InputPath !== undefined) checkJsonPath(target, "InputPath", target.InputPath);
  if (target.InputTransformer === undefined) return;
  const { InputPathsMap: paths = {}, InputTemplate: template } = target.InputTransformer;
  const count = Object.keys(paths).length;
  if (count > MOST_PATHS)
    throw invalid(target, `InputPathsMap: got ${count} names; expected at most ${MOST_PATHS}`);
  for (const [name, path] of Object.entries(paths)) {
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) {
      throw invalid(target, `InputPathsMap: got the name "${name}"; expected letters, digits, "_" and "-"`);
    }
    checkJsonPath(target, `InputPathsMap.${name}`, path);
  }
  const unknown = undefinedVariables(template, paths);
  if (unknown.length > 0) {
    throw invalid(target, `InputTemplate uses ${unknown.join(", ")}; expected names from InputPathsMap`);
  }
}

function checkJsonPath(target: Target, where: string, path: string): void {
  if (path.length <= 256 && isJsonPath(path)) return;
  throw invalid(target, `${where}: got "${path}"; expected a path like $.detail.state.value`);
}

function invalid(target: Target, reason: string): AwsError {
  return new AwsError("ValidationException", `Target ${target.Id}: ${reason}`);
}
