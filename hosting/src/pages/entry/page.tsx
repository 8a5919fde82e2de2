// One entry: its claim decided on anew, its fields and its link, its proof in the log, its policy and its episode, and how
// to check all of it elsewhere.
import type { LedgerPage } from "@policyledger/core/api";
import { useEffect } from "preact/hooks";
import { type Loaded, useLoaded } from "../../load.ts";
import type { PageProps } from "../../main.tsx";
import { client, environments } from "../../service.ts";
import { type Kinds, unitOf } from "../../ui/environment.ts";
import { exact, percent, reward } from "../../ui/numbers.ts";
import { isUntrue, Show } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { work } from "../../work/call.ts";
import type { PolicyEntry, Study } from "../../work/tasks.ts";
import { type Checked, checkWindow } from "../ledger/window-check.ts";
import { Claim } from "./claim.tsx";
import { Commands } from "./commands.tsx";
import { Episode } from "./episode.tsx";
import { Fields } from "./fields.tsx";
import { Plan } from "./plan.tsx";
import { Policy } from "./policy.tsx";
import { Proof } from "./proof.tsx";

interface Found extends Checked {
  readonly size: number;
}

export function EntryPage({ rest }: PageProps) {
  const index = /^(?:0|[1-9]\d{0,15})$/.test(rest) ? Number(rest) : null;
  const found = useLoaded((signal) => find(index, signal), [index]);
  const kinds = useLoaded(environments, []);
  useEffect(() => {
    document.title = `Entry ${rest} · PolicyLedger`;
  }, [rest]);
  return (
    <Show of={found} title={`Entry ${rest}`}>
      {(value) => <Entry found={value} kinds={kinds.state === "ready" ? kinds.value : null} />}
    </Show>
  );
}

async function find(index: number | null, signal: AbortSignal): Promise<Found> {
  if (index === null) throw notThere("An entry is named by its index, such as /entry/0.");
  const from = Math.max(0, index - 1);
  const page: LedgerPage = await client.listed({ order: "oldest", from, limit: 2 }, { signal });
  const checked = checkWindow(page.entries).find(({ entry }) => entry.index === index);
  if (checked === undefined)
    throw notThere(`The ledger has ${page.size} entries, and entry ${index} is not one of them.`);
  return { ...checked, size: page.size };
}

function notThere(message: string): Error {
  return Object.assign(new Error(message), { code: "not_found" });
}

function Entry({ found, kinds }: { found: Found; kinds: Kinds | null }) {
  const { entry, fault, link, size } = found;
  const study = useLoaded(
    async (signal) =>
      entry.kind === "policy" ? work("study", { origin: location.origin, entry }, { signal }) : null,
    [entry.current_hash],
  );
  return (
    <article class="one">
      <nav class="along" aria-label="Entries beside this one">
        {entry.index > 0 ? <a href={`/entry/${entry.index - 1}`}>← Entry {entry.index - 1}</a> : <span />}
        {entry.index < size - 1 ? (
          <a href={`/entry/${entry.index + 1}`}>Entry {entry.index + 1} →</a>
        ) : (
          <span />
        )}
      </nav>
      <header>
        <h1>Entry {entry.index}</h1>
        <p class="by">
          {entry.agent_id}, <Time at={entry.timestamp} />
        </p>
      </header>
      {fault !== null && (
        <p class="notice bad" role="alert">
          {fault}
        </p>
      )}
      {link !== null && !link.holds && (
        <p class="notice bad" role="alert">
          <span>
            <strong>The chain breaks here.</strong> {link.message}
          </span>
        </p>
      )}
      {entry.kind === "policy" && <Result entry={entry} unit={unitOf(kinds, entry.env_id)} study={study} />}
      <Claim
        key={entry.current_hash}
        entry={entry}
        unit={entry.kind === "policy" ? unitOf(kinds, entry.env_id) : 1}
      />
      <Proof entry={entry} />
      {entry.kind === "policy" && <Studied of={study} unit={unitOf(kinds, entry.env_id)} />}
      {entry.kind === "plan" && <Plan key={entry.current_hash} entry={entry} />}
      <Fields entry={entry} />
      <Commands entry={entry} />
    </article>
  );
}

function Result({ entry, unit, study }: { entry: PolicyEntry; unit: number; study: Loaded<Study | null> }) {
  const { verified_reward, evaluation, seed } = entry;
  const isFalse = study.state === "failed" && isUntrue(study.error);
  return (
    <dl class={isFalse ? "result false" : "result"}>
      <div>
        <dt>Verified reward</dt>
        <dd class="large">{reward(verified_reward, unit)}</dd>
        <dd class="note">on seed {seed}, which the agent chose</dd>
      </div>
      {evaluation && (
        <>
          <div>
            <dt>Exact expected return</dt>
            <dd class="large">{exact(evaluation.expected, unit)}</dd>
            <dd class="note">over all that may happen: no seed to choose</dd>
          </div>
          <div>
            <dt>Optimum</dt>
            <dd class="large">{exact(evaluation.optimum, unit)}</dd>
            <dd class="note">{percent(evaluation.expected / evaluation.optimum)} of it is expected</dd>
          </div>
        </>
      )}
    </dl>
  );
}

function Studied({ of, unit }: { of: Loaded<Study | null>; unit: number }) {
  return (
    <div class="studied">
      <Show of={of} rows={8}>
        {(value) =>
          value && (
            <>
              <Episode study={value} unit={unit} />
              <Policy of={value.explanation} />
            </>
          )
        }
      </Show>
    </div>
  );
}
