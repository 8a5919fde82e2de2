// The places of a board; each can be run again in this browser, from the entry that it stands for.
import type { Marketplace } from "@policyledger/core/api";
import { useState } from "preact/hooks";
import { client } from "../../service.ts";
import type { Kinds } from "../../ui/environment.ts";
import { Hash } from "../../ui/hash.tsx";
import { exact, reward } from "../../ui/numbers.ts";
import { Replay } from "../../ui/replay.tsx";
import { Scroll } from "../../ui/scroll.tsx";
import { Time } from "../../ui/time.tsx";
import type { PolicyEntry } from "../../work/tasks.ts";
import { ToOptimum } from "./to-optimum.tsx";

type Place = Marketplace["entries"][number];

export function Places({ board, kinds, unit }: { board: Marketplace; kinds: Kinds; unit: number }) {
  return (
    <Scroll what="Places of this board">
      <table class="places">
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Agent</th>
            <th scope="col" class="number">
              Verified reward
            </th>
            <th scope="col">Expected return</th>
            <th scope="col">Policy</th>
            <th scope="col">Recorded</th>
            <th scope="col">
              <span class="hidden">Replay</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {board.entries.map((place) => (
            <Row key={place.index} place={place} board={board} kinds={kinds} unit={unit} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({
  place,
  board,
  kinds,
  unit,
}: {
  place: Place;
  board: Marketplace;
  kinds: Kinds;
  unit: number;
}) {
  const { rank, index, agent_id, verified_reward, expected, policy_hash, timestamp, seed } = place;
  return (
    <tr>
      <td class="rank">{rank}</td>
      <td>
        <a href={`/entry/${index}`}>{agent_id}</a>
        <span class="note"> entry {index}</span>
      </td>
      <td class="number">
        <strong>{reward(verified_reward, unit)}</strong>
        <span class="note"> seed {seed}</span>
      </td>
      <td class="expected">
        {expected !== undefined && (
          <>
            <strong>{exact(expected, unit)}</strong>
            <ToOptimum expected={expected} optimum={board.optimum} unit={unit} />
          </>
        )}
      </td>
      <td>
        <Hash of={policy_hash} what={`the policy's hash of place ${rank}`} />
      </td>
      <td class="note">
        <Time at={timestamp} />
      </td>
      <td>
        <ReplayPlace place={place} kinds={kinds} />
      </td>
    </tr>
  );
}

/** The board names an entry; what is replayed is that entry, which must say what the board says. */
function ReplayPlace({ place, kinds }: { place: Place; kinds: Kinds }) {
  const [entry, setEntry] = useState<PolicyEntry | Error | null>(null);
  const find = async () => {
    try {
      const sealed = await client.entry(place.index);
      const found = { ...sealed.entry, current_hash: sealed.current_hash } as unknown as PolicyEntry;
      const isSame =
        found.policy_hash === place.policy_hash && found.verified_reward === place.verified_reward;
      setEntry(isSame ? found : new Error(`Entry ${place.index} does not say what the board says.`));
    } catch (error) {
      setEntry(error as Error);
    }
  };
  if (entry instanceof Error) return <p class="bad">{entry.message}</p>;
  if (entry !== null) return <Replay entry={entry} kinds={kinds} atOnce />;
  return (
    <div class="replay">
      <button type="button" onClick={find} aria-label={`Replay place ${place.rank}`}>
        Replay
      </button>
    </div>
  );
}
