// One board: its places, how rewards are spread over them, and how the best came to be.
import type { Marketplace } from "@policyledger/core/api";
import { useState } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { client } from "../../service.ts";
import { type Kinds, unitOf } from "../../ui/environment.ts";
import { exact } from "../../ui/numbers.ts";
import { Show } from "../../ui/state.tsx";
import type { PolicyEntry } from "../../work/tasks.ts";
import { useBacking } from "./backing.ts";
import { Charts } from "./charts.tsx";
import { Checked } from "./checked.tsx";
import { Luck } from "./luck.tsx";
import { Places } from "./places.tsx";

export interface BoardProps {
  readonly kinds: Kinds;
  readonly env_id: string;
  readonly preset: string;
  readonly by: "expected" | "verified_reward";
}

const BY = [
  ["expected", "Expected return"],
  ["verified_reward", "Verified reward"],
] as const;

export function Board({ kinds, env_id, preset, by }: BoardProps) {
  const board = useLoaded(
    (signal) => client.leaderboard({ env_id, preset, by }, { signal }),
    [env_id, preset, by],
  );
  return (
    <>
      <p class="along">
        <a href="/boards">← All boards</a>
      </p>
      <h1>
        {env_id}, {preset}
      </h1>
      <nav class="tabs" aria-label="Ranked by">
        {BY.map(([name, text]) => (
          <a
            key={name}
            href={`/boards/${env_id}/${preset}?by=${name}`}
            aria-current={name === by ? "page" : undefined}
          >
            {text}
          </a>
        ))}
      </nav>
      <p class="note intro">
        {by === "expected"
          ? "What a policy earns on average over everything that the environment may draw, computed exactly. Policies that act alike wherever they can get are one place, taken by whoever came first."
          : "What a policy earned on the one seed that its agent chose. The best of many seeds lies far above what the policy earns on average: compare it with the expected return beside it."}
      </p>
      <Show of={board} rows={8}>
        {(value) => <Ranked board={value} kinds={kinds} />}
      </Show>
    </>
  );
}

function Ranked({ board, kinds }: { board: Marketplace; kinds: Kinds }) {
  const unit = unitOf(kinds, board.env_id);
  const backing = useBacking(board);
  const [lucky, setLucky] = useState<PolicyEntry | null>(null);
  if (board.size === 0) {
    return (
      <div class="notice">
        <h2>Nobody has a place here yet</h2>
        <p>
          The optimum is {exact(board.optimum, unit)}. The first policy that is verified takes the first
          place.
        </p>
      </div>
    );
  }
  return (
    <>
      <Checked board={board} backing={backing} />
      <Places board={board} unit={unit} backing={backing} onLuck={setLucky} />
      {lucky !== null && <Luck entry={lucky} unit={unit} />}
      <Charts board={board} unit={unit} />
    </>
  );
}
