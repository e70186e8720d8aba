import { largest } from "embedded-aws/support";

/** What figures of so many turns are: "one turn", "medians of 3 turns". */
export function ofTurns(turns: number): string {
  return turns === 1 ? "one turn" : `medians of ${turns} turns`;
}

/** Prints rows under their headings; the first column is text, the others are numbers. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, column) =>
    largest(
      rows.map((row) => row[column]?.length ?? 0),
      heading.length,
    ),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  console.log(line(headings));
  console.log(line(widths.map((width) => "-".repeat(width))));
  for (const row of rows) console.log(line(row));
}
