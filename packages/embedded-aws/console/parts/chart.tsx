import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Column {
  readonly label: string;
  /** A custom property of the style sheet: "--series-1". */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly dashed?: boolean;
}

export interface ChartBand {
  readonly from: number;
  readonly to: number;
  readonly color: string;
}

/** Columns over time (seconds), with its numbers in words for whoever cannot see it. */
export function Chart({
  label,
  times,
  columns,
  bands = [],
  most,
}: {
  label: string;
  times: readonly number[];
  columns: readonly Column[];
  bands?: readonly ChartBand[];
  most?: number;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef(bands);
  shown.current = bands;
  const labels = columns.map((column) => column.label).join("|");
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    // A canvas knows no custom properties: the browser resolves them for an element.
    const color = (name: string) => {
      element.style.color = `var(${name})`;
      return getComputedStyle(element).color;
    };
    const bandColors = new Map(
      ["--band-ok", "--band-alarm", "--band-none"].map((name) => [name, color(name)]),
    );
    const axis = {
      stroke: color("--quiet"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui",
    };
    const drawn = new uPlot(
      {
        width: element.clientWidth,
        height: 190,
        legend: { show: false },
        cursor: { y: false },
        scales: { y: { range: (_, low, high) => [Math.min(0, low), most ?? Math.max(5, high * 1.1)] } },
        axes: [axis, { ...axis, size: 44 }],
        series: [
          {},
          ...columns.map(({ label: name, color: variable, dashed }) => ({
            label: name,
            stroke: color(variable),
            width: 2,
            points: { show: false },
            ...(dashed === true && { dash: [6, 5] }),
          })),
        ],
        hooks: {
          drawClear: [
            (u) => {
              for (const band of shown.current) {
                const [from, to] = [u.valToPos(band.from, "x", true), u.valToPos(band.to, "x", true)];
                // One that was over before the first datapoint, or begins after the last, has no place in the plot.
                if (to <= u.bbox.left || from >= u.bbox.left + u.bbox.width) continue;
                u.ctx.fillStyle = bandColors.get(band.color) ?? "transparent";
                const left = Math.max(from, u.bbox.left);
                u.ctx.fillRect(
                  left,
                  u.bbox.top,
                  Math.min(to, u.bbox.left + u.bbox.width) - left,
                  u.bbox.height,
                );
              }
            },
          ],
        },
      },
      [[...times], ...columns.map(({ values }) => [...values])] as uPlot.AlignedData,
      element,
    );
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: 190 }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn.destroy();
    };
  }, [labels, most]);
  useEffect(() => {
    plot.current?.setData([[...times], ...columns.map(({ values }) => [...values])] as uPlot.AlignedData);
  }, [times, columns]);
  const words = columns.map(({ label: name, values }) => `${name} ${values.at(-1) ?? "none"}`).join(", ");
  return (
    <figure class="chart">
      <div ref={place} role="img" aria-label={`${label}: now ${words}`} />
      <figcaption>
        {columns.map(({ label: name, color: variable, values, dashed }) => (
          <span key={name} class={dashed ? "key dashed" : "key"} data-color={variable.slice(2)}>
            {name} <b>{values.at(-1) ?? "–"}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
