import { createHash } from "node:crypto";
import { parseJson } from "../../../core/parseJson";
import { isObject, recordOf } from "../../../core/record";
import type { AttributeValue, Item } from "../attributeValue";
import { checkValues, invalid } from "../parseRequest";

/** What a token is good for: the statement that it came from alone. */
export interface TokenOf {
  readonly Statement: string;
  readonly Parameters?: readonly object[] | undefined;
}

/** A token that stands for the key that a page ended with. */
export function nextToken(lastKey: Item, request: TokenOf): string {
  return Buffer.from(JSON.stringify([digestOf(request), lastKey])).toString("base64url");
}

/** @throws AwsError `ValidationException` */
export function startKeyOf(token: string, request: TokenOf): Item {
  const content = parsed(token);
  const key = Array.isArray(content) && content[0] === digestOf(request) ? keyIn(content[1]) : undefined;
  if (key === undefined) throw invalid("NextToken does not match request");
  checkValues(key);
  return key;
}

function parsed(token: string): unknown {
  try {
    return parseJson(Buffer.from(token, "base64url").toString());
  } catch {
    return undefined;
  }
}

/** Names with values of the types that keys have. */
function keyIn(content: unknown): Item | undefined {
  if (!isObject(content)) return undefined;
  const key = recordOf<AttributeValue>([]);
  for (const [name, value] of Object.entries(content)) {
    const [[type, text] = []] = isObject(value) ? Object.entries(value) : [];
    if (typeof text !== "string" || (type !== "S" && type !== "N" && type !== "B")) return undefined;
    key[name] = { [type]: text } as unknown as AttributeValue;
  }
  return key;
}

function digestOf({ Statement, Parameters = [] }: TokenOf): string {
  return createHash("sha256")
    .update(JSON.stringify([Statement, Parameters]))
    .digest("base64url");
}
