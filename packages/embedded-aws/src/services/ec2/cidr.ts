import { isIP, SocketAddress } from "node:net";
import { invalidParameter } from "./errors";

/**
 * An address range as EC2 keeps it: without host bits ("100.68.0.18/18" is "100.68.0.0/18": API reference, IpRange).
 *
 * @throws AwsError for what is no range of that version.
 */
export function canonicalCidr(text: string, version: 4 | 6): string {
  const [address = "", bits = "", ...rest] = text.split("/");
  const most = version === 4 ? 32 : 128;
  if (
    isIP(address) !== version ||
    rest.length > 0 ||
    !/^(0|[1-9][0-9]{0,2})$/.test(bits) ||
    Number(bits) > most
  )
    throw invalidParameter(`CIDR block ${text} is malformed`);
  const masked = maskedBytes(version === 4 ? bytesOfV4(address) : bytesOfV6(address), Number(bits));
  return `${version === 4 ? masked.join(".") : textOfV6(masked)}/${bits}`;
}

function maskedBytes(bytes: readonly number[], bits: number): number[] {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}

function bytesOfV4(address: string): number[] {
  return address.split(".").map(Number);
}

function bytesOfV6(address: string): number[] {
  // An IPv4 address may stand at the end.
  const [, head = address, v4] = /^(.*:)([0-9.]+\.[0-9.]+)$/.exec(address) ?? [];
  const tail = v4 === undefined ? [] : bytesOfV4(v4);
  const groups = (part: string) =>
    part
      .split(":")
      .filter((group) => group !== "")
      .map((group) => parseInt(group, 16));
  const [before = "", after] = head.split("::");
  const left = groups(before);
  const right = after === undefined ? [] : groups(after);
  const zeros = Array.from({ length: 8 - left.length - right.length - tail.length / 2 }, () => 0);
  const words = after === undefined ? left : [...left, ...zeros, ...right];
  return [...words.flatMap((word) => [word >> 8, word & 0xff]), ...tail];
}

function textOfV6(bytes: readonly number[]): string {
  const words = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return new SocketAddress({ address: words.join(":"), family: "ipv6" }).address;
}
