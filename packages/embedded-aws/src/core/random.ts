/** The one source of randomness in the embedded cloud: seeded, so that a run can be repeated. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The sequence that belongs to `name` under a seed: the same name gives the same sequence, another another. */
export function namedRandom(seed: number, name: string): Random {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededRandom((seed ^ hash) >>> 0);
}

/** Each byte as two digits: identifiers are made all the time, and a number's own `toString(16)` is slow. */
const HEX_OF_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(byte: number): string {
  return HEX_OF_BYTES[byte] ?? "";
}

/** Mulberry32: small, fast and good enough for identifiers and jitter; never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (length: number) => {
    let digits = "";
    while (digits.length < length) {
      const word = Math.floor(next() * 2 ** 32);
      digits +=
        hexOf(word >>> 24) + hexOf((word >>> 16) & 0xff) + hexOf((word >>> 8) & 0xff) + hexOf(word & 0xff);
    }
    return digits.slice(0, length);
  };
  const uuid = () => {
    const digits = hex(32);
    const variant = ((parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
  };
  return { next, hex, uuid };
}
