import { parseJson } from "../../core/parseJson";
import { invalidParameter } from "./errors";

/** What a publisher sends: a text for everybody, or, with the structure "json", one for each protocol. */
export interface GivenMessage {
  readonly Message: string;
  readonly MessageStructure?: string | undefined;
}

/** The text for a protocol. */
export type MessageTexts = (protocol: string) => string;

/**
 * SNS API reference, Publish: a JSON object of texts by protocol; `default` is for those without one. What is no text
 * counts as left out. @throws AwsError
 */
export function textsOf({ Message, MessageStructure }: GivenMessage): MessageTexts {
  if (MessageStructure === undefined) return () => Message;
  if (MessageStructure !== "json")
    throw invalidParameter(`MessageStructure Reason: got "${MessageStructure}"; expected "json"`);
  const texts = objectOf(Message);
  if (texts === undefined) throw invalidParameter("Message Structure - JSON message body failed to parse");
  const own = new Map(
    Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const standard = own.get("default");
  if (standard === undefined)
    throw invalidParameter("Message Structure - No default entry in JSON message body");
  return (protocol) => own.get(protocol) ?? standard;
}

function objectOf(text: string): object | undefined {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return undefined;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
