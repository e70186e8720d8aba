/** How numbers, times and keys are told to a person. Pure. */

export function duration(ms: number): string {
  if (ms < 1) return ms === 0 ? "0 ms" : "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`;
}

export function clockText(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB", { hour12: false });
}

export function dateText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 10)} ${clockText(at)}`;
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** "3 messages", "1 message". */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : plural}`;
}

/** JSON spread over lines, when it is JSON. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** The name within a key "queue:orders". */
export function nameOf(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}

export function kindOf(key: string): string {
  return key.slice(0, key.indexOf(":"));
}

/** The middle of what was measured; undefined for nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
