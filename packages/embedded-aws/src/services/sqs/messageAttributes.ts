import { AwsError } from "../../core/errors";
import { invalidParameter } from "./errors";

/** A message attribute as it travels. */
export type MessageAttribute =
  | { readonly DataType: string; readonly StringValue: string }
  | { readonly DataType: string; readonly BinaryValue: Uint8Array };

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message carries at most 10 attributes: SQS developer guide, message quotas. */
const maxAttributes = 10;

const maxNameLength = 256;

/** What is supported of a member that holds attributes: single values, as SQS itself does. */
export function attributeMembers<const Name extends string>(name: Name) {
  return [`${name}.DataType`, `${name}.StringValue`, `${name}.BinaryValue`] as const;
}

/** Attributes as a sender gave them. */
export type RawAttributes = Readonly<
  Record<
    string,
    { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: Uint8Array }
  >
>;

/** Checks what a sender gave against SQS's rules on names, types and values. */
export function parseMessageAttributes(raw: RawAttributes | undefined): MessageAttributes {
  const entries = Object.entries(raw ?? {});
  if (entries.length > maxAttributes) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${maxAttributes}].`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, parseAttribute(name, value)]));
}

/** The one system attribute that a sender may give: X-Ray's trace header. */
export function parseTraceHeader(raw: RawAttributes | undefined): string | undefined {
  for (const [name, value] of Object.entries(raw ?? {})) {
    if (name !== "AWSTraceHeader") {
      throw invalidParameter(
        `Message system attribute name '${name}' is invalid. Expected: AWSTraceHeader, the only one that a sender may set.`,
      );
    }
    if (value.DataType !== "String" || value.StringValue === undefined || value.StringValue === "") {
      throw invalidParameter(
        "The message system attribute 'AWSTraceHeader' must have DataType String and a StringValue.",
      );
    }
    return value.StringValue;
  }
  return undefined;
}

function parseAttribute(name: string, raw: RawAttributes[string]): MessageAttribute {
  checkName(name);
  const { DataType, StringValue, BinaryValue } = raw;
  const kind = /^(String|Number|Binary)(?:\..+)?$/s.exec(DataType)?.[1];
  if (kind === undefined || DataType.length > maxNameLength) {
    throw invalidParameter(
      `The type of message attribute '${name}' is invalid: got '${DataType}'. ` +
        `You must use only the following supported type prefixes: Binary, Number, String; at most ${maxNameLength} characters.`,
    );
  }
  if (StringValue !== undefined && BinaryValue !== undefined) {
    throw invalidParameter(`The message attribute '${name}' has more than one value; expected exactly one.`);
  }
  const empty = (member: string) =>
    invalidParameter(
      `The message attribute '${name}' of type '${DataType}' must contain a non-empty ${member}.`,
    );
  if (kind === "Binary") {
    if (BinaryValue === undefined || BinaryValue.length === 0) throw empty("BinaryValue");
    return { DataType, BinaryValue };
  }
  const value = StringValue;
  if (value === undefined || value === "") throw empty("StringValue");
  checkCharacters(value, `message attribute '${name}'`);
  if (kind === "Number" && !isNumber(value)) {
    throw invalidParameter(
      `Can't cast the value of message attribute '${name}' to a number: got '${value}'.`,
    );
  }
  return { DataType, StringValue: value };
}

/** Names: letters, digits, "_", "-" and single inner "."; "AWS." and "Amazon." are AWS's own. */
function checkName(name: string): void {
  // The length first: repeating a group needs stack for every repetition, and some megabytes of name overflow it.
  const wellFormed = name.length <= maxNameLength && /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(name);
  if (wellFormed && !/^(?:aws|amazon)\./i.test(name)) return;
  throw invalidParameter(
    `Message attribute name '${name}' is invalid: expected 1 to ${maxNameLength} of A-Z, a-z, 0-9, '_', '-' and '.', ` +
      `no '.' at either end or twice in a row, and no prefix 'AWS.' or 'Amazon.'.`,
  );
}

/** Up to 38 significant digits, magnitude below 10^126: SQS API reference, MessageAttributeValue. */
function isNumber(text: string): boolean {
  const match = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match?.[1] === undefined) return false;
  const digits = match[1].replace(".", "");
  let [first, last] = [0, digits.length];
  while (first < last && digits[first] === "0") first++;
  while (first < last && digits[last - 1] === "0") last--;
  const magnitude = Math.abs(Number(text));
  return last - first <= 38 && magnitude <= 1e126;
}

/** SQS carries XML 1.0's characters only; among those it refuses are lone surrogates and most control codes. */
export function checkCharacters(text: string, where: string): void {
  const refused = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.exec(text)?.[0];
  if (refused === undefined) return;
  const code = (refused.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw new AwsError(
    "InvalidMessageContents",
    `Invalid character U+${code} in the ${where}. ` +
      "Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
  );
}

/** What counts towards the message size: names, types and values. */
export function sizeOfAttributes(attributes: RawAttributes | MessageAttributes = {}): number {
  let bytes = 0;
  for (const [name, raw] of Object.entries<RawAttributes[string]>(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(raw.DataType);
    bytes += Buffer.byteLength(raw.StringValue ?? "") + (raw.BinaryValue?.length ?? 0);
  }
  return bytes;
}

/** The attributes that a receiver asked for: by name, by prefix ("order.*"), or all ("All" or ".*"). */
export function selectMessageAttributes(
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes {
  if (wanted.includes("All")) return attributes;
  const matches = (name: string) =>
    wanted.some((pattern) =>
      pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -2)) : name === pattern,
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => matches(name)));
}
