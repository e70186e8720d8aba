import type { Member, Shape } from "./shape";
import { timestampText } from "./timestamps";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // A parser turns a bare carriage return into a line feed.
  "\r": "&#13;",
};

// What XML 1.0 cannot carry, even escaped: control characters, lone surrogates, two non-characters.
const forbidden = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function escapeXml(text: string): string {
  return text
    .replace(forbidden, "\ufffd")
    .replace(/[&<>"'\r]/g, (character) => entities[character] ?? character);
}

/** The members of `value`, an element each, as the query protocols of AWS answer. */
export function xmlOf(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case "structure": {
      let text = "";
      for (const member of shape.members) {
        const part = (value as Record<string, unknown>)[member.name];
        if (part !== undefined && part !== null) text += elements(member, part);
      }
      return text;
    }
    case "list":
      return (value as readonly unknown[])
        .map((item) => element(shape.item.traits.xmlName ?? "member", shape.item.shape, item))
        .join("");
    case "map":
      return entries(shape, value)
        .map((entry) => `<entry>${entry}</entry>`)
        .join("");
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "timestamp":
      return timestampText(value as Date, shape.format ?? "date-time");
    case "unit":
      return "";
    default:
      return escapeXml(String(value));
  }
}

function elements({ name, traits, shape }: Member, value: unknown): string {
  const tag = traits.xmlName ?? name;
  if (traits.xmlFlattened === undefined) return element(tag, shape, value);
  if (shape.kind === "list") {
    return (value as readonly unknown[]).map((item) => element(tag, shape.item.shape, item)).join("");
  }
  if (shape.kind === "map") {
    return entries(shape, value)
      .map((entry) => `<${tag}>${entry}</${tag}>`)
      .join("");
  }
  return element(tag, shape, value);
}

function element(tag: string, shape: Shape, value: unknown): string {
  return `<${tag}>${xmlOf(shape, value)}</${tag}>`;
}

function entries(shape: Extract<Shape, { kind: "map" }>, value: unknown): string[] {
  return Object.entries(value as Record<string, unknown>)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(
      ([key, item]) =>
        element(shape.key.traits.xmlName ?? "key", shape.key.shape, key) +
        element(shape.value.traits.xmlName ?? "value", shape.value.shape, item),
    );
}
