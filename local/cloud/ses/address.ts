/** The parts of "Shop <orders@example.com>" or of a bare address. */
export interface Address {
  readonly address: string;
  readonly domain: string;
  readonly displayName: string | undefined;
}

const LONGEST = 320;

/** Reads an address as SES takes it; undefined for what is none. */
export function parseAddress(text: string): Address | undefined {
  const named = /^\s*(?:"([^"]*)"|([^<>"]*?))\s*<([^<>]+)>\s*$/.exec(text);
  const address = (named?.[3] ?? text).trim();
  const [, domain] = /^[^\s@<>,;:"]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$/.exec(address) ?? [];
  if (domain === undefined || address.length > LONGEST) return undefined;
  const displayName = named?.[1] ?? named?.[2];
  return { address, domain: domain.toLowerCase(), displayName: displayName === "" ? undefined : displayName };
}
