// Every board at a glance: its best policy, and how far that is from the best that is possible.
import { useLoaded } from "../../load.ts";
import { client } from "../../service.ts";
import type { Kinds } from "../../ui/environment.ts";
import { exact, whole } from "../../ui/numbers.ts";
import { ToOptimum } from "./to-optimum.tsx";

export function Overview({ kinds }: { kinds: Kinds }) {
  return (
    <>
      <h1>Marketplace</h1>
      <p class="note intro">
        Policies that anyone can take and run without training. They are ranked by their exact expected
        return: there is no seed to choose and nothing to be lucky with.
      </p>
      {[...kinds.values()].map((kind) => (
        <section key={kind.env_id} aria-labelledby={kind.env_id}>
          <h2 id={kind.env_id}>{kind.env_id}</h2>
          <p class="note">{kind.summary}</p>
          <ul class="cards">
            {kind.presets.map(({ preset, horizon }) => (
              <li key={preset}>
                <Card env_id={kind.env_id} preset={preset} horizon={horizon} unit={kind.reward_unit} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

interface CardProps {
  readonly env_id: string;
  readonly preset: string;
  readonly horizon: number;
  readonly unit: number;
}

function Card({ env_id, preset, horizon, unit }: CardProps) {
  const board = useLoaded(
    (signal) => client.leaderboard({ env_id, preset, by: "expected", limit: 1 }, { signal }),
    [env_id, preset],
  );
  const best = board.state === "ready" ? board.value.entries[0] : undefined;
  return (
    <a class="card" href={`/boards/${env_id}/${preset}`}>
      <strong>{preset}</strong>
      <span class="note">{horizon} steps</span>
      {best?.expected !== undefined && board.state === "ready" ? (
        <>
          <span class="large">{exact(best.expected, unit)}</span>
          <ToOptimum expected={best.expected} optimum={board.value.optimum} unit={unit} />
          <span class="note">
            by {best.agent_id}, first of {whole(board.value.size)}
          </span>
        </>
      ) : (
        <span class="large empty">
          {board.state === "loading" ? "…" : board.state === "failed" ? "?" : "nobody yet"}
        </span>
      )}
    </a>
  );
}
