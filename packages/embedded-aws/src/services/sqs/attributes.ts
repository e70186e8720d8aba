import { isDeepStrictEqual } from "node:util";
import { messageOf } from "../../core/messageOf";
import { AwsError } from "../../core/errors";
import { parseJson } from "../../core/parseJson";
import type { PolicyChecks } from "../../core/service";
import { parsePolicyDocument } from "../../core/iam/policyDocument";
import { unknownAttribute } from "./errors";
import {
  parseRedriveAllowPolicy,
  parseRedrivePolicy,
  type RedriveAllowPolicy,
  type RedrivePolicy,
} from "./redrive";

/** A message, and a batch as a whole, may have 1 MiB (256 KiB until August 2025): SQS developer guide, quotas. */
export const maxMessageBytes = 1_048_576;

interface Limits {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** SQS API reference, SetQueueAttributes. Seconds, but for MaximumMessageSize, which is bytes. */
export const numericAttributes = {
  DelaySeconds: { min: 0, max: 900, default: 0 },
  KmsDataKeyReusePeriodSeconds: { min: 60, max: 86_400, default: 300 },
  MaximumMessageSize: { min: 1_024, max: maxMessageBytes, default: maxMessageBytes },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, default: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, default: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, default: 30 },
} as const satisfies Record<string, Limits>;

type NumericAttribute = keyof typeof numericAttributes;

const jsonAttributes = ["Policy", "RedrivePolicy", "RedriveAllowPolicy"] as const;

/** Of FIFO queues alone, with their values, the default first. */
const fifoAttributes = {
  FifoQueue: ["true"],
  ContentBasedDeduplication: ["false", "true"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
} as const satisfies Record<string, readonly string[]>;

type FifoAttribute = keyof typeof fifoAttributes;

/** Attributes of a queue that its owner may set, as the strings that were given; unset ones are left out. */
export type SettableAttributes = Readonly<
  Partial<
    Record<
      | NumericAttribute
      | FifoAttribute
      | (typeof jsonAttributes)[number]
      | "KmsMasterKeyId"
      | "SqsManagedSseEnabled",
      string
    >
  >
>;

const settableNames: readonly string[] = [
  ...Object.keys(numericAttributes),
  ...jsonAttributes,
  "KmsMasterKeyId",
  "SqsManagedSseEnabled",
];

/** What the attributes mean, in this code's units. */
export interface QueueSettings {
  readonly delayMs: number;
  readonly visibilityTimeoutMs: number;
  readonly retentionMs: number;
  readonly waitTimeMs: number;
  readonly maxMessageBytes: number;
  /** The resource policy, as text. */
  readonly policy?: string;
  readonly redrivePolicy?: RedrivePolicy;
  readonly redriveAllowPolicy?: RedriveAllowPolicy;
  readonly fifo: boolean;
  readonly contentBasedDeduplication?: boolean;
  readonly deduplicationScope?: "queue" | "messageGroup";
  /** Without the quota of calls: `FifoThroughputLimit` is perMessageGroupId. */
  readonly highThroughput?: boolean;
}

function isNumeric(name: string): name is NumericAttribute {
  return Object.hasOwn(numericAttributes, name);
}

function isOfFifo(name: string): name is FifoAttribute {
  return Object.hasOwn(fifoAttributes, name);
}

function holdsJson(name: string): boolean {
  return jsonAttributes.some((json) => json === name);
}

/** Of "true" and "false", which SQS takes in any case ("True", as Python writes it) and shows in lower case. */
const booleanNames: readonly string[] = ["FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled"];

/** The attributes as SQS keeps them. */
export function normalAttributes(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      booleanNames.includes(name) && /^(true|false)$/i.test(value) ? value.toLowerCase() : value,
    ]),
  );
}

/** Refuses attributes that SQS would refuse for a queue of that kind. */
export function checkAttributes(
  given: Readonly<Record<string, string>>,
  policies: Pick<PolicyChecks, "unknownPrincipal">,
  kind: "standard" | "fifo" = "standard",
): void {
  for (const [name, value] of Object.entries(given)) {
    if (kind === "fifo" && isOfFifo(name)) {
      const values: readonly string[] = fifoAttributes[name];
      if (!values.includes(value)) throw invalidAttribute(name, value, values.join(" or "));
      continue;
    }
    if (!settableNames.includes(name)) throw unknownAttribute(name);
    if (isNumeric(name)) checkNumber(name, value);
    // An empty policy or key takes the present one away.
    else if (value === "") continue;
    else if (name === "Policy") checkPolicy(value, policies);
    else if (name === "RedrivePolicy") parseRedrivePolicy(value);
    else if (name === "RedriveAllowPolicy") parseRedriveAllowPolicy(value);
    else if (name === "SqsManagedSseEnabled" && value !== "true" && value !== "false") {
      throw invalidAttribute(name, value, "true or false");
    }
  }
  if (given.SqsManagedSseEnabled === "true" && (given.KmsMasterKeyId ?? "") !== "") {
    throw invalidAttribute(
      "SqsManagedSseEnabled",
      "true",
      "no KmsMasterKeyId beside it: a queue has one kind of server-side encryption at a time",
    );
  }
}

/** The attributes after `given` (checked) has been set on `before`. */
export function mergeAttributes(
  before: SettableAttributes,
  given: Readonly<Record<string, string>>,
): SettableAttributes {
  const merged: Record<string, string> = { ...before, ...given };
  // Turning one kind of encryption on turns the other off.
  if ((given.KmsMasterKeyId ?? "") !== "") merged.SqsManagedSseEnabled = "false";
  if (given.SqsManagedSseEnabled === "true") delete merged.KmsMasterKeyId;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ""));
}

export function settingsOf(attributes: SettableAttributes): QueueSettings {
  const number = (name: NumericAttribute) => Number(attributes[name] ?? numericAttributes[name].default);
  const { Policy, RedrivePolicy, RedriveAllowPolicy } = attributes;
  return {
    ...fifoSettings(attributes),
    delayMs: number("DelaySeconds") * 1000,
    visibilityTimeoutMs: number("VisibilityTimeout") * 1000,
    retentionMs: number("MessageRetentionPeriod") * 1000,
    waitTimeMs: number("ReceiveMessageWaitTimeSeconds") * 1000,
    maxMessageBytes: number("MaximumMessageSize"),
    ...(Policy === undefined ? {} : { policy: Policy }),
    ...(RedrivePolicy === undefined ? {} : { redrivePolicy: parseRedrivePolicy(RedrivePolicy) }),
    ...(RedriveAllowPolicy === undefined
      ? {}
      : { redriveAllowPolicy: parseRedriveAllowPolicy(RedriveAllowPolicy) }),
  };
}

function fifoSettings(attributes: SettableAttributes) {
  if (attributes.FifoQueue !== "true") return { fifo: false };
  return {
    fifo: true,
    contentBasedDeduplication: attributes.ContentBasedDeduplication === "true",
    deduplicationScope: attributes.DeduplicationScope === "messageGroup" ? "messageGroup" : "queue",
    highThroughput: attributes.FifoThroughputLimit === "perMessageGroupId",
  } as const;
}

/** Refuses attributes that do not go together, as they will be. */
export function checkTogether({ FifoThroughputLimit, DeduplicationScope }: SettableAttributes): void {
  if (FifoThroughputLimit !== "perMessageGroupId" || DeduplicationScope === "messageGroup") return;
  throw invalidAttribute(
    "FifoThroughputLimit",
    FifoThroughputLimit,
    "DeduplicationScope messageGroup beside it",
  );
}

/** The attributes as GetQueueAttributes shows them: numbers and encryption with their defaults. */
export function describeAttributes(attributes: SettableAttributes): Record<string, string> {
  const { KmsDataKeyReusePeriodSeconds: keyReuse, ...numbers } = numericAttributes;
  const defaults = Object.entries(numbers).map(([name, limits]) => [name, String(limits.default)] as const);
  return {
    ...Object.fromEntries(defaults),
    ...(attributes.KmsMasterKeyId === undefined
      ? {}
      : { KmsDataKeyReusePeriodSeconds: String(keyReuse.default) }),
    SqsManagedSseEnabled: "true",
    ...(attributes.FifoQueue === "true"
      ? Object.fromEntries(Object.entries(fifoAttributes).map(([name, [first]]) => [name, first]))
      : {}),
    ...attributes,
  };
}

/** The first of the given attributes in which an existing queue differs, or undefined. */
export function differingAttribute(
  existing: SettableAttributes,
  given: Readonly<Record<string, string>>,
): string | undefined {
  const before = describeAttributes(existing);
  return Object.entries(given).find(([name, value]) => !sameValue(name, before[name] ?? "", value))?.[0];
}

function sameValue(name: string, a: string, b: string): boolean {
  if (a === b) return true;
  if (a === "" || b === "") return false;
  if (isNumeric(name)) return Number(a) === Number(b);
  return holdsJson(name) && isDeepStrictEqual(parseJson(a), parseJson(b));
}

function checkNumber(name: NumericAttribute, value: string): void {
  const { min, max } = numericAttributes[name];
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return;
  throw invalidAttribute(name, value, `a whole number between ${min} and ${max}`);
}

function checkPolicy(value: string, policies: Pick<PolicyChecks, "unknownPrincipal">): void {
  try {
    const unknown = policies.unknownPrincipal(parsePolicyDocument(value, "resource"));
    if (unknown !== undefined) throw new Error(`there is no principal ${unknown}`);
  } catch (cause) {
    throw invalidAttribute("Policy", value, `a policy document: ${messageOf(cause)}`);
  }
}

function invalidAttribute(name: string, value: string, expected: string): AwsError {
  return new AwsError(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}: got "${value}"; expected ${expected}.`,
  );
}
