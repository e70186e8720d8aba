/** The parts of "Shop <orders@example.com>" or of a bare address. */
export interface Address {
  readonly address: string;
  readonly domain: string;
  readonly displayName: string | undefined;
}

const LONGEST = 320;

/** Reads an address as SES takes it; undefined for what is none. */
export function parseAddress(text: string): Address | undefined {
  const trimmed = text.trim();
  const open = trimmed.endsWith(">") ? trimmed.lastIndexOf("<") : -1;
  const address = open < 0 ? trimmed : trimmed.slice(open + 1, -1).trim();
  const displayName = open < 0 ? "" : nameOf(trimmed.slice(0, open).trim());
  if (displayName === undefined || address.length > LONGEST) return undefined;
  const [, domain] = /^[^\s@<>,;:"]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$/.exec(address) ?? [];
  if (domain === undefined) return undefined;
  return { address, domain: domain.toLowerCase(), displayName: displayName === "" ? undefined : displayName };
}

/** What stands before the address: a text in quotes, or one without any. */
function nameOf(text: string): string | undefined {
  const quoted = text.length >= 2 && text.startsWith('"') && text.indexOf('"', 1) === text.length - 1;
  if (quoted) return text.slice(1, -1);
  return /[<>"]/.test(text) ? undefined : text;
}
