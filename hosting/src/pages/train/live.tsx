// How a training goes: rewards, exploration, what the table has seen, and which actions are taken.
import type { Progress } from "@policyledger/core";
import { useMemo } from "preact/hooks";
import { ActionShares } from "../../ui/action-shares.tsx";
import { Chart, type Data, type Line } from "../../ui/chart.tsx";
import { whole } from "../../ui/numbers.ts";
import { Failed } from "../../ui/state.tsx";
import type { Run } from "./use-run.ts";

const REWARD: readonly Line[] = [{ label: "mean reward", stroke: "--accent" }];
const EPSILON: readonly Line[] = [{ label: "ε", stroke: "--warn" }];
const TABLE: readonly Line[] = [{ label: "states", stroke: "--soft" }];

export function Live({ run, actions, unit }: { run: Run; actions: readonly string[]; unit: number }) {
  const { state, points, error } = run;
  const last = points.at(-1);
  const charts = useMemo(() => chartsOf(points, unit), [points, unit]);
  if (error !== null) return <Failed error={error} />;
  return (
    <section class="live" aria-labelledby="live">
      <h2 id="live">{HEADS[state]}</h2>
      <p class="running">
        <progress value={last?.episode ?? 0} max={last?.episodes ?? 1} aria-label="Episodes" />
        {last && `${whole(last.episode)} of ${whole(last.episodes)} episodes`}
        {(state === "running" || state === "paused") && (
          <>
            <button type="button" onClick={state === "running" ? run.pause : run.resume}>
              {state === "running" ? "Pause" : "Resume"}
            </button>
            <button type="button" onClick={run.end} disabled={last === undefined}>
              End here
            </button>
          </>
        )}
      </p>
      <div class="charts">
        <Chart
          data={charts.reward}
          lines={REWARD}
          height={200}
          what={`Mean reward of the last episodes: ${((last?.average ?? 0) / unit).toFixed(1)}`}
        />
        <Chart
          data={charts.epsilon}
          lines={EPSILON}
          height={200}
          what={`ε, how often it tries anything: ${(last?.epsilon ?? 1).toFixed(3)}`}
        />
        <Chart
          data={charts.table}
          lines={TABLE}
          height={200}
          what={`States that it has acted in: ${last?.table_size ?? 0}`}
        />
        <Shares points={points} actions={actions} />
      </div>
    </section>
  );
}

const HEADS = { running: "Training", paused: "Paused", done: "Trained", failed: "It failed" } as const;

function chartsOf(points: readonly Progress[], unit: number): Record<"reward" | "epsilon" | "table", Data> {
  const x = points.map(({ episode }) => episode);
  return {
    reward: [x, points.map(({ average }) => average / unit)],
    epsilon: [x, points.map(({ epsilon }) => epsilon)],
    table: [x, points.map(({ table_size }) => table_size)],
  };
}

/** Of the actions since the point before: what it does now, and not what it did at first. */
function Shares({ points, actions }: { points: readonly Progress[]; actions: readonly string[] }) {
  const [before, last] = [points.at(-2), points.at(-1)];
  const counts = actions.map((_, i) => (last?.action_counts[i] ?? 0) - (before?.action_counts[i] ?? 0));
  const all = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const shares = actions.map((name, i) => ({ name, share: counts[i]! / all }));
  return <ActionShares caption="Actions that it takes now" of={shares} />;
}
