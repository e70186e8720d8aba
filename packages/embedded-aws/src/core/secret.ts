import { randomBytes, timingSafeEqual } from "node:crypto";

/**
 * A secret that guards a way into the cloud, from the system's own source: the seeded one of everything else can
 * be guessed by whoever knows the seed, which is 1 unless told otherwise.
 *
 * @param bytes of randomness; at least 16
 */
export function newSecret(bytes: number, encoding: "hex" | "base64"): string {
  return randomBytes(bytes).toString(encoding);
}

/** Compares in a time that tells nothing of where two secrets differ, only whether their lengths do. */
export function isSameSecret(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
