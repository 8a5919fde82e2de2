// What a board's places say together: how rewards are spread, and how the best has grown.
import { binsOf } from "@policyledger/core";
import type { Marketplace } from "@policyledger/core/api";
import { useMemo } from "preact/hooks";
import { Chart, type Data, type Line } from "../../ui/chart.tsx";
import { exact, fromBillionths, reward } from "../../ui/numbers.ts";

const BARS: readonly Line[] = [{ label: "places", stroke: "--accent", fill: "--rail", paths: "bars" }];
const BEST: readonly Line[] = [
  { label: "best expected return", stroke: "--accent", paths: "stepped" },
  { label: "optimum", stroke: "--soft" },
];

export function Charts({ board, unit }: { board: Marketplace; unit: number }) {
  const spread = useMemo(() => spreadOf(board, unit), [board, unit]);
  const progress = useMemo(() => progressOf(board, unit), [board, unit]);
  const rewards = board.entries.map(({ verified_reward }) => verified_reward);
  const [low, high] = [Math.min(...rewards), Math.max(...rewards)];
  const best = progress[1]!.at(-1) ?? 0;
  return (
    <section class="charts" aria-labelledby="charts">
      <h2 id="charts">Together</h2>
      <Chart
        data={spread}
        lines={BARS}
        x="verified reward"
        what={`Verified rewards of ${rewards.length} places, from ${reward(low, unit)} to ${reward(high, unit)}`}
      />
      <Chart
        data={progress}
        lines={BEST}
        time
        what={`The best expected return over time: ${Number(best).toFixed(2)} by now, of at most ${exact(board.optimum, unit)}`}
      />
    </section>
  );
}

function spreadOf({ entries }: Marketplace, unit: number): Data {
  const bins = binsOf(entries.map(({ verified_reward }) => verified_reward));
  return [bins.map(({ from, to }) => (from + to) / 2 / unit), bins.map(({ count }) => count || null)];
}

/** In the order of the ledger: what was the best after each entry that has a place. */
function progressOf({ entries, optimum }: Marketplace, unit: number): Data {
  const ordered = entries
    .filter(({ expected }) => expected !== undefined)
    .toSorted((a, b) => a.index - b.index);
  let best = Number.NEGATIVE_INFINITY;
  const bests = ordered.map(({ expected }) => {
    best = Math.max(best, fromBillionths(expected!) / unit);
    return best;
  });
  return [
    ordered.map(({ timestamp }) => Date.parse(timestamp) / 1_000),
    bests,
    ordered.map(() => fromBillionths(optimum) / unit),
  ];
}
