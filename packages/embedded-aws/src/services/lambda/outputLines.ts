import type { Readable } from "node:stream";

/** The lines of a function's stdout or stderr, and the markers that end an invocation's part of them. */
export interface OutputReader {
  readonly onLine: (line: string) => void;
  readonly onMarker: (id: string) => void;
}

/**
 * A longer line is cut, as Lambda cuts what would be too large for one log event of CloudWatch (256 KB): output
 * without an end takes no more memory, and is read in linear time.
 */
const LONGEST_LINE = 256 * 1024;

/**
 * Reads lines from a function's output. A zero byte starts a marker; it may follow text without a line feed,
 * which is then a line of its own. Carriage returns stand for line feeds within one message.
 */
export function readOutput(stream: Readable, { onLine, onMarker }: OutputReader): void {
  let rest = "";
  const take = (text: string) => {
    const [line = "", marker] = text.split("\0");
    let end = line.length;
    while (line[end - 1] === "\r") end--;
    const message = line.slice(0, end).replaceAll("\r", "\n");
    if (message !== "") onLine(message);
    if (marker !== undefined) onMarker(marker);
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
    while (rest.length > LONGEST_LINE && !rest.includes("\0")) {
      take(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
  });
  stream.on("end", () => {
    take(rest);
    rest = "";
  });
}
