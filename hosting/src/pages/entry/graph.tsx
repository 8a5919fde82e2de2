// A plan's ops in layers, each behind all that it waits for, and coloured by the batch that committed it.
import { whole } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";
import type { PlanAttempt } from "../../work/tasks.ts";

/** A larger graph says nothing to the eye. */
const MOST = 150;
const WIDE = 150;
const TALL = 46;
const BOX = { width: 118, height: 30 };

interface Props {
  readonly ops: readonly string[];
  readonly edges: readonly (readonly [string, string])[];
  readonly attempts: readonly PlanAttempt[];
}

export function Graph({ ops, edges, attempts }: Props) {
  const what = `${whole(ops.length)} ops and ${whole(edges.length)} edges`;
  return (
    <section aria-labelledby="graph">
      <h2 id="graph">The plan</h2>
      {ops.length > MOST ? (
        <p>{what}: more than can be drawn.</p>
      ) : (
        <Scroll what="The plan's graph">
          <Drawn ops={ops} edges={edges} attempts={attempts} what={what} />
        </Scroll>
      )}
    </section>
  );
}

function Drawn({ ops, edges, attempts, what }: Props & { what: string }) {
  const places = placesOf(ops, edges);
  const commits = attempts.filter(({ failure }) => failure === null);
  const batchOf = new Map(commits.flatMap(({ batch }, i) => batch.map((op) => [op, i + 1] as const)));
  const width = Math.max(...[...places.values()].map(({ x }) => x)) + BOX.width + 4;
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + BOX.height + 4;
  return (
    <svg
      class="graph"
      width={width}
      height={height}
      role="img"
      aria-label={`${what}; each op with the batch that committed it`}
    >
      {edges.map(([before, after]) => {
        const [from, to] = [places.get(before)!, places.get(after)!];
        const [x, y] = [from.x + BOX.width, from.y + BOX.height / 2];
        const bend = (to.x - x) / 2;
        return (
          <path
            key={`${before} ${after}`}
            d={`M${x} ${y}c${bend} 0 ${bend} ${to.y - from.y} ${to.x - x} ${to.y - from.y}`}
          />
        );
      })}
      {ops.map((op) => {
        const { x, y } = places.get(op)!;
        return (
          <g key={op} transform={`translate(${x} ${y})`}>
            <title>{op}</title>
            <rect class={(batchOf.get(op) ?? 0) % 2 === 0 ? "even" : "odd"} {...BOX} rx="5" />
            <text x="8" y="19">
              {op.length > 10 ? `${op.slice(0, 9)}…` : op}
            </text>
            <text class="batch" x={BOX.width - 8} y="19" text-anchor="end">
              {batchOf.get(op) ?? "–"}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** Each op one layer behind the last that it waits for. */
function placesOf(
  ops: Props["ops"],
  edges: Props["edges"],
): Map<string, { readonly x: number; readonly y: number }> {
  const before = new Map<string, string[]>(ops.map((op) => [op, []]));
  for (const [from, to] of edges) before.get(to)!.push(from);
  const layers = new Map<string, number>();
  const layerOf = (op: string): number => {
    const known = layers.get(op);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...before.get(op)!.map(layerOf)) + 1;
    layers.set(op, layer);
    return layer;
  };
  const filled = new Map<number, number>();
  return new Map(
    ops.map((op) => {
      const layer = layerOf(op);
      const row = filled.get(layer) ?? 0;
      filled.set(layer, row + 1);
      return [op, { x: 2 + layer * WIDE, y: 2 + row * TALL }];
    }),
  );
}
