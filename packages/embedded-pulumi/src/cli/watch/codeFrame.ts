import { readFileSync } from "node:fs";
import path from "node:path";

/** "index.ts(3,7): error TS2322: …", as TypeScript's compiler writes it. */
const PLACE = /^(.*?)([^\s:]+)\((\d+),(\d+)\): error .*$/gm;

/** The text with the line of source below each error of TypeScript's that it holds, and a mark below its column. */
export function withFrames(text: string, project: string): string {
  return text.replace(PLACE, (whole, _before: string, file: string, line: string, column: string) => {
    try {
      const source = readFileSync(path.resolve(project, file), "utf8").split("\n")[Number(line) - 1];
      if (source === undefined) return whole;
      // Tabs are as wide above as below.
      const before = source.slice(0, Number(column) - 1).replace(/[^\t]/g, " ");
      return `${whole}\n    ${line} | ${source}\n    ${" ".repeat(line.length)} | ${before}^`;
    } catch {
      return whole;
    }
  });
}
