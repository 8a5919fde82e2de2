// A chart that takes its colours from the page, is as wide as its place, and says in words what it shows.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

export type Data = uPlot.AlignedData;

export interface Line {
  readonly label: string;
  /** Names of tokens, such as --accent. */
  readonly stroke: string;
  readonly fill?: string;
  readonly paths?: "line" | "bars" | "stepped";
}

export interface ChartProps {
  readonly data: Data;
  readonly lines: readonly Line[];
  readonly what: string;
  readonly height?: number;
  readonly time?: boolean;
  readonly x?: string;
}

const PATHS = {
  line: uPlot.paths.linear!,
  bars: () => uPlot.paths.bars!({ size: [0.92, Number.POSITIVE_INFINITY], align: 0 }),
  stepped: () => uPlot.paths.stepped!({ align: 1 }),
} as const;

export function Chart({ data, lines, what, height = 220, time = false, x }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = place.current!;
    const make = () => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(element, lines, { height, time, x }), data, element);
    };
    make();
    const wide = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }));
    wide.observe(element);
    const themed = new MutationObserver(make);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      wide.disconnect();
      themed.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
    // The chart is made anew where what it is made of changes; data alone is set below.
  }, [lines, height, time, x]);
  useEffect(() => chart.current?.setData(data), [data]);
  return (
    <figure class="chart">
      <div ref={place} role="img" aria-label={what} style={{ minHeight: `${height}px` }} />
      <figcaption>
        {what}
        {lines.length > 1 && <Legend of={lines} />}
      </figcaption>
    </figure>
  );
}

function Legend({ of }: { of: readonly Line[] }) {
  return (
    <ul class="legend">
      {of.map(({ label, stroke }) => (
        <li key={label} style={{ borderColor: `var(${stroke})` }}>
          {label}
        </li>
      ))}
    </ul>
  );
}

const FROM_ZERO: uPlot.Range.Limit = { hard: 0, soft: 0, mode: 1 };
const TO_THE_MOST: uPlot.Range.Limit = { pad: 0.05 };

/** Half a bar more at either end, where bars stand at equal distances. */
function roomForBars({ data: [at] }: uPlot, low: number, high: number): uPlot.Range.MinMax {
  const half = at.length > 1 ? (at[1]! - at[0]!) / 2 : 1;
  return [low - half, high + half];
}

function optionsFor(
  element: HTMLElement,
  lines: readonly Line[],
  { height, time, x }: { height: number; time: boolean; x: string | undefined },
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (token: string) => style.getPropertyValue(token).trim();
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width: Math.max(200, element.clientWidth),
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: lines.some(({ paths }) => paths === "bars")
      ? { x: { time, range: roomForBars }, y: { range: { min: FROM_ZERO, max: TO_THE_MOST } } }
      : { x: { time } },
    axes: [
      { ...axis, ...(x !== undefined && { label: x, labelFont: axis.font, labelSize: 20 }) },
      { ...axis, size: 56 },
    ],
    series: [
      {},
      ...lines.map(({ label, stroke, fill, paths = "line" }) => ({
        label,
        stroke: colour(stroke),
        width: 2,
        ...(fill !== undefined && { fill: colour(fill) }),
        paths: paths === "line" ? PATHS.line() : PATHS[paths](),
        points: { show: false },
      })),
    ],
  };
}
