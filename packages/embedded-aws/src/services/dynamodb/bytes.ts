import type { AttributeValue as SdkValue } from "@aws-sdk/client-dynamodb";
import { bareRecord } from "../../core/record";
import type { AttributeValue, Item } from "./attributeValue";

/**
 * Where bytes become text and text bytes: clients and callers give and get binaries as bytes, whereas items are
 * stored, compared and evaluated in the form of DynamoDB's JSON, with base64.
 */

/** An item as answers and errors show it. One without binaries is the very item. */
export function asBytes(item: Item): Record<string, SdkValue> {
  return bytesIn(item) as unknown as Record<string, SdkValue>;
}

function bytesIn(item: Item): object {
  let copy: Record<string, object> | undefined;
  for (const name in item) {
    const value = item[name];
    if (value === undefined) continue;
    const converted = bytesOf(value);
    if (converted === value) continue;
    copy ??= Object.assign(bareRecord<object>(), item);
    copy[name] = converted;
  }
  return copy ?? item;
}

function bytesOf(value: AttributeValue): object {
  if ("B" in value) return { B: Buffer.from(value.B, "base64") };
  if ("BS" in value) return { BS: value.BS.map((member) => Buffer.from(member, "base64")) };
  if ("M" in value) {
    const members = bytesIn(value.M);
    return members === value.M ? value : { M: members };
  }
  if ("L" in value) {
    const elements = value.L.map(bytesOf);
    return elements.every((element, index) => element === value.L[index]) ? value : { L: elements };
  }
  return value;
}
