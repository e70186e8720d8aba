import { AwsError } from "../../core/errors";
import { recordOf } from "../../core/record";
import type { MessageAttribute } from "./delivery";

/** Message attributes as a publisher gave them. */
export type GivenAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue?: string }>
>;

/** SNS developer guide, "Amazon SNS message attributes". */
const LONGEST_NAME = 256;
const NAME = /^[A-Za-z0-9_.-]+$/;
const TYPE = /^(String|Number|Binary)(?:\..+)?$/s;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Checks attributes by SNS's rules on names, types and values. */
export function attributesOf(given: GivenAttributes = {}): Readonly<Record<string, MessageAttribute>> {
  return recordOf(
    Object.entries(given).map(([name, { DataType, StringValue = "" }]) => {
      checkName(name);
      const kind = TYPE.exec(DataType)?.[1];
      if (kind === undefined) {
        throw invalidValue(
          `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        );
      }
      if (kind === "Binary") {
        throw invalidValue(
          `The message attribute '${name}' with type '${DataType}' must use field 'Binary'.`,
        );
      }
      if (StringValue === "") {
        throw invalidValue(
          `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
        );
      }
      if (kind === "Number" && !NUMBER.test(StringValue))
        throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
      return [name, { DataType, StringValue }] as const;
    }),
  );
}

/** "All parts of the message attribute, including name, type, and value, are part of the message size restriction". */
export function bytesOf(message: string, attributes: GivenAttributes = {}): number {
  let bytes = Buffer.byteLength(message);
  for (const [name, { DataType, StringValue = "" }] of Object.entries(attributes))
    for (const part of [name, DataType, StringValue]) bytes += Buffer.byteLength(part);
  return bytes;
}

function checkName(name: string): void {
  if (name.length > LONGEST_NAME)
    throw invalidValue(`Length of message attribute name must be less than ${LONGEST_NAME} bytes.`);
  if (name.startsWith("."))
    throw invalidValue("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith("."))
    throw invalidValue("Invalid message attribute name ending with character '.' was found.");
  if (name.includes(".."))
    throw invalidValue("Message attribute name can not have successive '.' character.");
  if (!NAME.test(name)) {
    throw invalidValue(
      `Invalid non-alphanumeric character was found in the message attribute name '${name}'. ` +
        "Can only include alphanumeric characters, hyphens, underscores, or dots.",
    );
  }
  if (/^(?:aws|amazon)\./i.test(name))
    throw invalidValue(
      `Message attribute name '${name}' begins with a prefix that is AWS's own, AWS. or Amazon.`,
    );
}

function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
