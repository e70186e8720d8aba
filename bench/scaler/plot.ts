import { largest } from "embedded-aws/support";
import type { Comparison } from "./compare";
import type { Sample } from "./elasticity";
import { STEPS_PER_MINUTE, type Run } from "./run";
import type { Trace } from "./traces";

const PANEL = { width: 300, height: 110, gap: 34, left: 12, top: 40 } as const;
/** Samples of a panel: more could not be told apart. */
const COLUMNS = 300;

/** Demand (grey, filled) and supply (blue), a row a trace and a column a policy, as an SVG image. */
export function plotSvg(traces: readonly Trace[], comparisons: readonly Comparison[]): string {
  const { width, height, gap, left, top } = PANEL;
  const panels = traces.flatMap((trace, row) =>
    comparisons.flatMap(({ policy, runs }, column) => {
      const run = runs[row];
      if (run === undefined) return [];
      const x = left + column * (width + gap);
      const y = top + row * (height + gap);
      return [`<g transform="translate(${x} ${y})">${panel(`${trace.name} · ${policy}`, run)}</g>`];
    }),
  );
  const size = [left + comparisons.length * (width + gap), top + traces.length * (height + gap)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(" ")}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${left}" y="16">Instances over time: demand (grey) and supply in service (blue)</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function panel(title: string, { steps }: Run): string {
  const { width, height } = PANEL;
  const samples = thinned(steps, COLUMNS);
  const most = Math.max(1, largest(samples.flatMap(({ demand, supply }) => [demand, supply])));
  const points = (of: (sample: Sample) => number) =>
    samples
      .map((sample, index) => {
        const x = (index * width) / Math.max(1, samples.length - 1);
        return `${x.toFixed(1)},${(height - (of(sample) * height) / most).toFixed(1)}`;
      })
      .join(" ");
  return [
    `<text y="-5">${escaped(title)}, at most ${most.toFixed(0)}</text>`,
    `<polygon fill="#ccc" points="0,${height} ${points(({ demand }) => demand)} ${width},${height}"/>`,
    `<polyline fill="none" stroke="#06c" points="${points(({ supply }) => supply)}"/>`,
    `<path stroke="#999" d="M0 ${height}H${width}"/>`,
  ].join("");
}

const ROWS = 10;
const TERMINAL_COLUMNS = 72;

/** The same of one run in characters: `█` demand that is served, `!` demand that is not, `·` supply beyond it. */
export function plotText(title: string, { steps }: Run): string[] {
  const samples = thinned(steps, TERMINAL_COLUMNS);
  const most = Math.max(1, largest(samples.flatMap(({ demand, supply }) => [demand, supply])));
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const level = ((ROWS - row - 0.5) * most) / ROWS;
    const cells = samples.map(({ demand, supply }) => {
      if (level <= Math.min(demand, supply)) return "█";
      if (level <= demand) return "!";
      return level <= supply ? "·" : " ";
    });
    return `  ${row === 0 ? most.toFixed(0).padStart(3) : "   "} │${cells.join("").trimEnd()}`;
  });
  return [`  ${title}`, ...rows, `    0 └${"─".repeat(samples.length)}`];
}

/** At most so many samples, each the greatest demand and the least supply of its stretch: so no shortfall is lost. */
function thinned(steps: readonly Sample[], count: number): Sample[] {
  const length = Math.max(STEPS_PER_MINUTE, Math.ceil(steps.length / count));
  return Array.from({ length: Math.ceil(steps.length / length) }, (_, index) => {
    const stretch = steps.slice(index * length, (index + 1) * length);
    return {
      demand: largest(stretch.map(({ demand }) => demand)),
      supply: -largest(stretch.map(({ supply }) => -supply)),
    };
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
