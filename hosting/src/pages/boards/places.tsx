// The places of a board; each can be run again in this browser, from the entry that it stands for.
import type { Marketplace } from "@policyledger/core/api";
import { Hash } from "../../ui/hash.tsx";
import { exact, reward } from "../../ui/numbers.ts";
import { Replay } from "../../ui/replay.tsx";
import { Scroll } from "../../ui/scroll.tsx";
import { Time } from "../../ui/time.tsx";
import type { Place, PolicyEntry } from "../../work/tasks.ts";
import type { Backing } from "./backing.ts";
import { ToOptimum } from "./to-optimum.tsx";

interface PlacesProps {
  readonly board: Marketplace;
  readonly unit: number;
  readonly backing: Backing;
  /** The entry whose luck is asked about, now. */
  onLuck(entry: PolicyEntry): void;
}

export function Places({ board, ...props }: PlacesProps) {
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
              <span class="hidden">Checks</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {board.entries.map((place) => (
            <Row key={place.index} place={place} optimum={board.optimum} {...props} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type RowProps = Omit<PlacesProps, "board"> & { readonly place: Place; readonly optimum: number };

function Row({ place, optimum, ...props }: RowProps) {
  const { unit } = props;
  const { rank, index, agent_id, verified_reward, expected, policy_hash, timestamp, seed } = place;
  return (
    <tr>
      <td class="rank">{rank}</td>
      <td class="who">
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
            <ToOptimum expected={expected} optimum={optimum} unit={unit} />
          </>
        )}
      </td>
      <td class="hashed">
        <Hash of={policy_hash} what={`the policy's hash of place ${rank}`} />
      </td>
      <td>
        <span class="note">
          <Time at={timestamp} />
        </span>
      </td>
      <td class="acts">
        <Acts place={place} {...props} />
      </td>
    </tr>
  );
}

/** What is run is the entry, which must say what the board says. */
function Acts({ place, unit, backing, onLuck }: Omit<RowProps, "optimum">) {
  const { rank, index } = place;
  const behind = backing.found.get(index);
  if (behind !== undefined && behind.fault !== null) {
    return (
      <p class="bad" role="alert">
        {behind.fault}
      </p>
    );
  }
  const find = async () => behind?.entry ?? (await backing.find(place));
  return (
    <div>
      <Replay find={find} name={`place ${rank}`} unit={unit} />
      <button
        type="button"
        aria-label={`How lucky is place ${rank}?`}
        onClick={() => find().then(onLuck, () => {})}
      >
        How lucky?
      </button>
    </div>
  );
}
