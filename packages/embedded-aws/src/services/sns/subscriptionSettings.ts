import { EventPatternError, matchesEventPattern, parseEventPattern } from "../../core/eventPattern";
import { parseJson } from "../../core/parseJson";
import { recordOf } from "../../core/record";
import { checkAttributeName, invalidParameter } from "./errors";

/** Subscription attributes that have an effect here, and what SNS's API reference knows beside them. */
const ATTRIBUTES = ["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"];
const OTHER_ATTRIBUTES = /^(DeliveryPolicy|ReplayPolicy|SubscriptionRoleArn)$/;

/** SNS developer guide, "Filter policy constraints". */
const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;

export type SubscriptionAttributes = Readonly<Record<string, string>>;

/** What a filter sees of a message. */
interface Filtered {
  readonly message: string;
  readonly attributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
}

/** What a subscription's attributes mean. */
export interface SubscriptionSettings {
  readonly rawMessageDelivery: boolean;
  readonly accepts: (message: Filtered) => boolean;
  readonly deadLetterArn: string | undefined;
}

/** Throws InvalidParameterException for attributes that SNS would refuse. An empty policy is none. */
export function settingsOf(attributes: SubscriptionAttributes): SubscriptionSettings {
  for (const name of Object.keys(attributes))
    checkAttributeName(name, "subscription", ATTRIBUTES, OTHER_ATTRIBUTES);
  const { RawMessageDelivery: raw = "false", FilterPolicyScope: scope = "MessageAttributes" } = attributes;
  if (raw !== "true" && raw !== "false") {
    throw invalidParameter(`Attributes Reason: RawMessageDelivery: got ${raw}; expected true or false`);
  }
  if (scope !== "MessageAttributes" && scope !== "MessageBody") {
    throw invalidParameter(`FilterPolicyScope: got ${scope}; expected MessageAttributes or MessageBody`);
  }
  return {
    rawMessageDelivery: raw === "true",
    accepts: filterOf(attributes.FilterPolicy ?? "", scope),
    deadLetterArn: deadLetterArnOf(attributes.RedrivePolicy ?? ""),
  };
}

function filterOf(text: string, scope: "MessageAttributes" | "MessageBody"): SubscriptionSettings["accepts"] {
  const policy = jsonObject(text === "" ? "{}" : text, "FilterPolicy");
  if (Object.keys(policy).length === 0) return () => true;
  const { keys, combinations } = sizeOf(policy, 1);
  if (keys > MOST_KEYS) {
    throw invalidParameter(`FilterPolicy: Filter policy can not have more than ${MOST_KEYS} keys`);
  }
  if (combinations > MOST_COMBINATIONS) {
    throw invalidParameter("FilterPolicy: Filter policy is too complex");
  }
  const nested = Object.entries(policy).find(([name, value]) => name !== "$or" && !Array.isArray(value));
  if (scope === "MessageAttributes" && nested !== undefined) {
    throw invalidParameter(
      `FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy; got one below "${nested[0]}"`,
    );
  }
  try {
    const pattern = parseEventPattern(policy);
    return scope === "MessageBody"
      ? ({ message }) => {
          const body = parsed(message);
          return typeof body === "object" && body !== null && matchesEventPattern(pattern, body);
        }
      : ({ attributes }) => matchesEventPattern(pattern, valuesOf(attributes));
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw invalidParameter(`FilterPolicy: ${error.message}`);
  }
}

/** Keys with values, and the product of how many values each has, times its depth. */
function sizeOf(policy: object, depth: number): { keys: number; combinations: number } {
  let [keys, combinations] = [0, 1];
  const add = (part: { keys: number; combinations: number }) => {
    keys += part.keys;
    combinations *= part.combinations;
  };
  for (const [name, value] of Object.entries(policy) as [string, unknown][]) {
    if (Array.isArray(value) && name !== "$or") add({ keys: 1, combinations: value.length * depth });
    else if (Array.isArray(value)) {
      for (const one of value as unknown[])
        if (typeof one === "object" && one !== null) add(sizeOf(one, depth));
    } else if (typeof value === "object" && value !== null) add(sizeOf(value, depth + 1));
  }
  return { keys, combinations };
}

/** Attributes as values: numbers as numbers, `String.Array` as a list. Binary ones are not filtered by. */
function valuesOf(attributes: Filtered["attributes"]): object {
  return recordOf(
    Object.entries(attributes).map(([name, { DataType, StringValue }]) => {
      if (DataType === "String.Array") return [name, parsed(StringValue)] as const;
      return [name, DataType.startsWith("Number") ? Number(StringValue) : StringValue] as const;
    }),
  );
}

function deadLetterArnOf(text: string): string | undefined {
  if (text === "") return undefined;
  const { deadLetterTargetArn: arn, ...others } = jsonObject(text, "RedrivePolicy") as Record<
    string,
    unknown
  >;
  if (
    typeof arn === "string" &&
    /^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/.test(arn) &&
    Object.keys(others).length === 0
  )
    return arn;
  throw invalidParameter(`RedrivePolicy: got ${text}; expected {"deadLetterTargetArn": the ARN of a queue}`);
}

function jsonObject(text: string, name: string): object {
  const value = parsed(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw invalidParameter(`${name}: got ${text}; expected a JSON object`);
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
