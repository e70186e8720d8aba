import { canonicalCidr } from "./cidr";

/** IPv4 ranges as numbers: what lies in which, and what overlaps. */
export interface AddressRange {
  readonly first: number;
  /** How many addresses it holds. */
  readonly size: number;
  /** "24" of "10.0.1.0/24". */
  readonly bits: number;
}

/** @throws AwsError for what is no IPv4 range. */
export function addressRange(cidr: string): AddressRange {
  const [address = "", bits = ""] = canonicalCidr(cidr, 4).split("/");
  const first = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { first, size: 2 ** (32 - Number(bits)), bits: Number(bits) };
}

export function overlaps(a: string, b: string): boolean {
  const [one, other] = [addressRange(a), addressRange(b)];
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: string, inner: string): boolean {
  const [around, within] = [addressRange(outer), addressRange(inner)];
  return within.first >= around.first && within.first + within.size <= around.first + around.size;
}

/** The address at an offset from a range's first: "10.0.1.4". */
export function addressAt({ first }: AddressRange, offset: number): string {
  const value = first + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
