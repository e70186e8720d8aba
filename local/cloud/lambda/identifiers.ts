import type { Random } from "../core/random";

/** "2026/01/31/[$LATEST]0123…": one log stream to an environment. */
export function logStreamNameAt(nowMs: number, random: Random): string {
  return `${new Date(nowMs).toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${random.hex(32)}`;
}

/** An X-Ray trace header; nothing is sent to X-Ray, but functions and SDK clients pass it on. */
export function traceIdAt(nowMs: number, random: Random, sampled: boolean): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, "0");
  return `Root=1-${seconds}-${random.hex(24)};Parent=${random.hex(16)};Sampled=${sampled ? 1 : 0}`;
}
