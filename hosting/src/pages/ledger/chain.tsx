// The entries as a chain: a rail on which each entry hangs, and between two the link, as this browser found it.
import { type Kinds, presetIn, unitOf } from "../../ui/environment.ts";
import { Hash } from "../../ui/hash.tsx";
import { exact, reward } from "../../ui/numbers.ts";
import { Replay } from "../../ui/replay.tsx";
import { Time } from "../../ui/time.tsx";
import type { LedgerWindow } from "./ledger-window.ts";
import type { Checked, Entry } from "./window-check.ts";

export function Chain({
  window: { rows, arrivedFrom },
  kinds,
}: {
  window: LedgerWindow;
  kinds: Kinds | null;
}) {
  return (
    <>
      <p class="heads" aria-hidden="true">
        {HEADS.map((head) => (
          <span key={head}>{head}</span>
        ))}
      </p>
      <ol class="chain" reversed aria-label="Entries, the newest first">
        {rows.map((row) => (
          <Row
            key={row.entry.index}
            row={row}
            kinds={kinds}
            isNew={arrivedFrom !== null && row.entry.index >= arrivedFrom}
          />
        ))}
      </ol>
    </>
  );
}

/** For the eye, where rows are wide: each row's parts say by themselves what they are. */
const HEADS = ["Entry", "Agent", "Environment", "Verified reward", "Recorded", "Hash"] as const;

function Row({
  row: { entry, fault, link },
  kinds,
  isNew,
}: {
  row: Checked;
  kinds: Kinds | null;
  isNew: boolean;
}) {
  const { index, agent_id, timestamp, current_hash } = entry;
  return (
    <li class={`entry ${fault === null ? "" : "broken"} ${isNew ? "arrived" : ""}`}>
      <article aria-labelledby={`entry-${index}`}>
        <h2 id={`entry-${index}`}>
          <a href={`/entry/${index}`}>
            <span class="hidden">Entry </span>
            {index}
          </a>
        </h2>
        <p class="agent">{agent_id}</p>
        <Subject entry={entry} kinds={kinds} />
        <p class="when">
          <Time at={timestamp} />
        </p>
        <p class="id">
          <Hash of={current_hash} what={`the hash of entry ${index}`} />
        </p>
        <div class="act">
          {entry.kind === "policy" && (
            <Replay find={async () => entry} name={`entry ${index}`} unit={unitOf(kinds, entry.env_id)} />
          )}
        </div>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </article>
      <Link of={link} index={index} />
    </li>
  );
}

function Subject({ entry, kinds }: { entry: Entry; kinds: Kinds | null }) {
  if (entry.kind === "plan") {
    return (
      <>
        <p class="where">NK-2 plan</p>
        <p class="reward">
          <strong>{entry.commits}</strong> commits <span class="beside">{entry.ops} ops</span>
        </p>
      </>
    );
  }
  const { env_id, env_config, verified_reward, evaluation } = entry;
  const unit = unitOf(kinds, env_id);
  return (
    <>
      <p class="where">
        {env_id} <span class="preset">{presetIn(env_config)}</span>
      </p>
      <p class="reward">
        <strong>{reward(verified_reward, unit)}</strong>
        {evaluation && (
          <span
            class="beside"
            title="The exact expected return, over everything that the environment may draw"
          >
            expects {exact(evaluation.expected, unit)}
          </span>
        )}
      </p>
    </>
  );
}

function Link({ of, index }: { of: Checked["link"]; index: number }) {
  if (of === null) return <p class="link unknown">Its link is checked with the whole chain.</p>;
  if (index === 0 && of.holds) return <p class="link end">The chain begins here.</p>;
  return of.holds ? (
    <p class="link holds">
      <span class="hidden">Linked to entry {index - 1}: checked here.</span>
    </p>
  ) : (
    <p class="link torn" role="alert">
      <strong>The chain breaks here.</strong> {of.message}
    </p>
  );
}
