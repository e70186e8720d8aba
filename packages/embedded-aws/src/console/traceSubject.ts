import type { CloudEvent } from "../core/eventStream";
import { keysText } from "./lines";
import type { MessageWay } from "./traceIndex";

/** Whether something that was made in a batch was made of this message: the same body, or the values of its keys. */
export function concerns({ sent, id }: MessageWay, about: string): boolean {
  const body = sent?.body;
  if (body === undefined || about === "") return false;
  if (body === about || about.includes(id)) return true;
  const values = about.split(", ").map((part) => part.slice(part.indexOf(" ") + 1));
  return values.every((value) => names(body, value));
}

/** Whether a text has a value as a word of its own: "order-1" does not stand in "order-12". */
function names(text: string, value: string): boolean {
  if (value === "") return false;
  const inWord = (character: string | undefined) => character !== undefined && /[\w-]/.test(character);
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!inWord(text[at - 1]) && !inWord(text[at + value.length])) return true;
  return false;
}

/** Whether what a call did belongs to this message of its batch. */
export function isAbout(message: MessageWay, event: CloudEvent): boolean {
  switch (event.type) {
    case "message-sent":
      return concerns(message, event.body ?? "");
    case "item-inserted":
    case "item-modified":
    case "item-removed":
      return concerns(message, keysText(event.keys));
    case "email-sent":
      return namesBody(message, event.subject);
    case "notification-published":
      return namesBody(message, event.message);
    default:
      return false;
  }
}

/** Whether a line names what stands in a message: a value of its body's first member. */
export function namesBody({ sent }: MessageWay, line: string): boolean {
  const value =
    /"[A-Za-z_]*[iI]d"\s*:\s*"([^"]{3,80})"/.exec(sent?.body ?? "")?.[1] ??
    /\S+ (\S{3,80})$/.exec(sent?.body ?? "")?.[1];
  return value !== undefined && names(line, value);
}
