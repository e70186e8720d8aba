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

/**
 * `value` as the element `name`. A list's items become `itemName` elements inside it; a Map becomes `entry`
 * elements with `key` and `value`; null and undefined become nothing.
 */
export function xmlElement(name: string, value: unknown, itemName: string): string {
  if (value === undefined || value === null) return "";
  return `<${name}>${xmlContent(value, itemName)}</${name}>`;
}

/** The members of `value`, one element each. */
export function xmlMembers(value: object, itemName: string): string {
  return Object.entries(value)
    .map(([name, member]) => xmlElement(name, member, itemName))
    .join("");
}

function xmlContent(value: unknown, itemName: string): string {
  if (typeof value === "string") return escapeXml(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => xmlElement(itemName, item, itemName)).join("");
  if (value instanceof Map) {
    return [...(value as Map<string, unknown>)]
      .map(([key, member]) => xmlElement("entry", { key, value: member }, itemName))
      .join("");
  }
  if (typeof value === "object" && value !== null) return xmlMembers(value, itemName);
  throw new TypeError(`XML cannot carry a ${typeof value}`);
}
