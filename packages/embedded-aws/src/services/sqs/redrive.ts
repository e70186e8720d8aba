import * as v from "valibot";
import { parseJson } from "../../core/parseJson";
import { invalidParameter } from "./errors";

/** A source queue's redrive policy. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  /** 1 to 1,000: SQS API reference, SetQueueAttributes. */
  readonly maxReceiveCount: number;
}

/** A dead-letter queue's word on which queues may name it. */
export type RedriveAllowPolicy =
  | { readonly redrivePermission: "allowAll" | "denyAll" }
  | { readonly redrivePermission: "byQueue"; readonly sourceQueueArns: readonly string[] };

const redrivePolicySchema = v.strictObject({
  deadLetterTargetArn: v.string(),
  maxReceiveCount: v.pipe(
    v.union([v.number(), v.string()]),
    v.toNumber(),
    v.integer(),
    v.minValue(1),
    v.maxValue(1000),
  ),
});

const redriveAllowPolicySchema = v.variant("redrivePermission", [
  v.strictObject({ redrivePermission: v.picklist(["allowAll", "denyAll"]) }),
  v.strictObject({
    redrivePermission: v.literal("byQueue"),
    sourceQueueArns: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10)),
  }),
]);

export function parseRedrivePolicy(text: string): RedrivePolicy {
  return parse("RedrivePolicy", text, redrivePolicySchema);
}

export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  return parse("RedriveAllowPolicy", text, redriveAllowPolicySchema);
}

export function allowsRedrive(policy: RedriveAllowPolicy | undefined, sourceQueueArn: string): boolean {
  switch (policy?.redrivePermission) {
    case undefined:
    case "allowAll":
      return true;
    case "denyAll":
      return false;
    case "byQueue":
      return policy.sourceQueueArns.includes(sourceQueueArn);
  }
}

function parse<Schema extends v.GenericSchema>(
  name: string,
  text: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, jsonOrUndefined(text));
  if (parsed.success) return parsed.output;
  const reasons = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "the whole"}: ${issue.message}`);
  throw invalidParameter(`Value ${text} for parameter ${name} is invalid. Reason: ${reasons.join("; ")}.`);
}

/** Undefined when the text is not JSON: the schemas refuse that, as no JSON text means it. */
function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
