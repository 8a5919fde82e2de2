// A plan's ops, coloured by the batch that committed them: in layers, each behind all that it waits for; or, where there are too many for
// that, a part of them with one column for each commit.
import { useState } from "preact/hooks";
import { whole } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";
import type { PlanAttempt } from "../../work/tasks.ts";

/** More say nothing to the eye: a larger plan is drawn in parts. */
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
  const [from, setFrom] = useState(0);
  const what = `${whole(ops.length)} ops and ${whole(edges.length)} edges`;
  const batchOf = batchesOf(attempts);
  const inParts = ops.length > MOST;
  // Those that were not committed come last.
  const ordered = inParts ? [...new Set([...batchOf.keys(), ...ops])] : ops;
  const shown = ordered.slice(from, from + MOST);
  const here = new Set(shown);
  const among = edges.filter(([before, after]) => here.has(before) && here.has(after));
  return (
    <section aria-labelledby="graph">
      <h2 id="graph">The plan</h2>
      {ops.length === 0 && <p>It has no ops.</p>}
      {inParts && (
        <>
          <p role="status">
            {what}. Ops {whole(from + 1)} to {whole(from + shown.length)} in order of their commits, each
            column a commit, and the edges between them:
          </p>
          <p class="buttons">
            <button type="button" disabled={from === 0} onClick={() => setFrom(from - MOST)}>
              Earlier ops
            </button>
            <button type="button" disabled={from + MOST >= ops.length} onClick={() => setFrom(from + MOST)}>
              Later ops
            </button>
          </p>
        </>
      )}
      {ops.length > 0 && (
        <Scroll what="The plan's graph">
          <Drawn
            edges={among}
            batchOf={batchOf}
            places={inParts ? placesIn(columnsOf(shown, batchOf)) : placesIn(layersOf(shown, among))}
            what={what}
          />
        </Scroll>
      )}
    </section>
  );
}

/** The number of the commit of each op, from 1. */
function batchesOf(attempts: Props["attempts"]): ReadonlyMap<string, number> {
  const commits = attempts.filter(({ failure }) => failure === null);
  return new Map(commits.flatMap(({ batch }, i) => batch.map((op) => [op, i + 1] as const)));
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface DrawnProps {
  readonly edges: Props["edges"];
  readonly batchOf: ReadonlyMap<string, number>;
  readonly places: ReadonlyMap<string, Place>;
  readonly what: string;
}

function Drawn({ edges, batchOf, places, what }: DrawnProps) {
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
      {[...places].map(([op, { x, y }]) => {
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
function layersOf(ops: Props["ops"], edges: Props["edges"]): ReadonlyMap<string, number> {
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
  return new Map(ops.map((op) => [op, layerOf(op)]));
}

/** Each op in the column of its commit. */
function columnsOf(ops: Props["ops"], batchOf: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const numbers = ops.map((op) => batchOf.get(op) ?? batchOf.size + 1);
  const columns = new Map([...new Set(numbers)].map((number, column) => [number, column]));
  return new Map(ops.map((op, i) => [op, columns.get(numbers[i]!)!]));
}

function placesIn(columns: ReadonlyMap<string, number>): ReadonlyMap<string, Place> {
  const filled = new Map<number, number>();
  return new Map(
    [...columns].map(([op, column]) => {
      const row = filled.get(column) ?? 0;
      filled.set(column, row + 1);
      return [op, { x: 2 + column * WIDE, y: 2 + row * TALL }];
    }),
  );
}
