// The picture: five stations on one rail, from the claim to whoever runs the policy again.
import { type Loaded, useLoaded } from "../../load.ts";
import { type Kinds, presetIn, unitOf } from "../../ui/environment.ts";
import { Hash } from "../../ui/hash.tsx";
import { exact, percent, reward, whole } from "../../ui/numbers.ts";
import { Time } from "../../ui/time.tsx";
import { work } from "../../work/call.ts";
import type { PolicyEntry } from "../../work/tasks.ts";
import { type Latest, loadBoard, placeOf } from "./latest.ts";
import { Check, Station } from "./station.tsx";

const DIGITS = 16;

/** What stands where a value is not there: yet, or at all. */
const missing = ({ state }: Loaded<unknown>): string => (state === "loading" ? "…" : "not known");

export function Life({ latest }: { latest: Latest }) {
  const { entry, kinds } = latest;
  const replay = useLoaded(
    (signal) => work("replay", { origin: location.origin, entry }, { signal }),
    [entry.current_hash],
  );
  return (
    <ol class="life" aria-label={`The life of entry ${entry.index}`}>
      <Claimed entry={entry} unit={unitOf(kinds, entry.env_id)} />
      <Verified entry={entry} replay={replay} unit={unitOf(kinds, entry.env_id)} />
      <Appended latest={latest} />
      <Ranked entry={entry} kinds={kinds} />
      <Reused entry={entry} replay={replay} />
    </ol>
  );
}

function Claimed({ entry, unit }: { entry: PolicyEntry; unit: number }) {
  const { agent_id, public_key, env_id, env_config, seed, policy_hash, verified_reward, signature } = entry;
  return (
    <Station
      name="Claim"
      happens="The agent signs one sentence with its key: this policy, in this environment, on this seed, earned this reward."
      values={[
        ["agent", agent_id],
        ["its key", <Hash of={public_key} what="the agent's key" digits={DIGITS} />],
        ["environment", `${env_id}, ${presetIn(env_config)}`],
        ["seed", seed],
        ["claimed reward", reward(verified_reward, unit)],
        ["policy", <Hash of={policy_hash} what="the policy's hash" digits={DIGITS} />],
        ["signature", <Hash of={signature} what="the signature" digits={DIGITS} />],
      ]}
      check={null}
      proves="Whoever holds the key said so. Not who that is: a name belongs to the first key that claims under it."
      cheat="The agent: it can claim anything, and choose the luckiest of many seeds. The next stations are for that."
    />
  );
}

type Replay = Awaited<ReturnType<typeof work<"replay">>>;

function Verified({ entry, replay, unit }: { entry: PolicyEntry; replay: Loaded<Replay>; unit: number }) {
  return (
    <Station
      name="Verify"
      happens="A function replays the policy in the loop in which it was trained. The reward must be equal, exactly."
      values={[
        ["claimed", reward(entry.verified_reward, unit)],
        ["replayed there", reward(entry.verified_reward, unit)],
        [
          "replayed here",
          replay.state === "ready" && replay.value.reward !== null
            ? reward(replay.value.reward, unit)
            : missing(replay),
        ],
      ]}
      check={<Replayed replay={replay} />}
      proves="This policy earns this reward on this seed. Not that it was trained, or by whom."
      cheat="The service: it could let a lie pass. So everyone can replay, and this browser just has."
    />
  );
}

function Replayed({ replay }: { replay: Loaded<Replay> }) {
  if (replay.state === "loading") return <Check holds={null}>Replaying it in this browser …</Check>;
  if (replay.state === "failed") return <Check holds={null}>Not replayed: {replay.error.message}</Check>;
  const { holds, message, milliseconds } = replay.value;
  return (
    <Check holds={holds}>
      {message}
      {holds && `, in ${milliseconds.toFixed(0)} ms`}
    </Check>
  );
}

function Appended({ latest: { entry, fault, link } }: { latest: Latest }) {
  const proof = useLoaded(
    async (signal) => (await import("../entry/prove.ts")).prove(entry, signal),
    [entry.current_hash],
  );
  const view = proof.state === "ready" ? proof.value.view : null;
  const witnesses = view?.signed.filter(({ key }) => key.type === "witness").length ?? 0;
  return (
    <Station
      name="Append"
      happens="One transaction gives it the next index, and the hash of the entry before it. Then the log signs the root over all entries."
      values={[
        ["entry", <a href={`/entry/${entry.index}`}>{whole(entry.index)}</a>],
        ["recorded", <Time at={entry.timestamp} />],
        ["previous hash", <Hash of={entry.previous_hash} what="the previous hash" digits={DIGITS} />],
        ["its own hash", <Hash of={entry.current_hash} what="the entry's hash" digits={DIGITS} />],
        ["root", view === null ? missing(proof) : <Hash of={view.root} what="the root" digits={DIGITS} />],
        [
          "signed over",
          view === null ? missing(proof) : `${whole(view.size)} entries, ${whole(witnesses)} witnesses`,
        ],
      ]}
      check={
        <>
          <Check holds={fault === null && (link?.holds ?? null) !== false}>
            {fault ?? link?.message ?? "It has its hash."}
          </Check>
          {proof.state === "loading" && <Check holds={null}>Asking for a proof …</Check>}
          {proof.state === "failed" && (
            <Check holds={isLie(proof.error) ? false : null}>Not proven: {proof.error.message}</Check>
          )}
          {proof.state === "ready" && (
            <Check holds={true}>{proof.value.path.length} hashes lead from it to the signed root.</Check>
          )}
        </>
      }
      proves="It stands at this place, and no entry before it can change, go or be put in without another root."
      cheat="The operator: it could show you another history than others. This browser remembers the root and takes none that does not continue it; witnesses sign one history only."
    />
  );
}

function isLie(error: Error & { code?: string }): boolean {
  return error.code === "contradiction" || error.code === "false_answer";
}

function Ranked({ entry, kinds }: { entry: PolicyEntry; kinds: Kinds }) {
  const board = useLoaded((signal) => loadBoard(entry, kinds, signal), [entry.current_hash]);
  const found = board.state === "ready" ? board.value : null;
  const place = found && placeOf(found, entry);
  const unit = unitOf(kinds, entry.env_id);
  const { evaluation } = entry;
  const rank = place ? `${whole(place.rank)} of ${whole(found!.size)}` : "none of its own";
  return (
    <Station
      name="Rank"
      happens="Policies are ranked by what they earn on average over everything that may happen, computed exactly."
      values={[
        ["reward on its seed", reward(entry.verified_reward, unit)],
        ["exact expected return", evaluation ? exact(evaluation.expected, unit) : "not computed"],
        [
          "of the optimum",
          evaluation
            ? `${percent(evaluation.expected / evaluation.optimum)} of ${exact(evaluation.optimum, unit)}`
            : "not computed",
        ],
        ["place", board.state === "ready" ? (found ? rank : "not ranked") : missing(board)],
      ]}
      check={
        board.state === "failed" ? (
          <Check holds={null}>The board was not to be had: {board.error.message}</Check>
        ) : board.state === "ready" && found === null ? (
          <Check holds={null}>Its configuration is its own: only presets are ranked.</Check>
        ) : (
          <p class="check">
            <a href={`/boards/${entry.env_id}/${presetIn(entry.env_config)}`}>The whole board</a>
          </p>
        )
      }
      proves="What the policy is worth, without a seed to choose. Policies that act alike are one place, taken by the first."
      cheat="The service: it could rank falsely. The board is made of the ledger alone, and leaderboard --check makes it anew."
    />
  );
}

function Reused({ entry, replay }: { entry: PolicyEntry; replay: Loaded<Replay> }) {
  const isReused = replay.state === "ready" && replay.value.holds;
  return (
    <Station
      name="Reuse"
      happens="Anyone takes the policy by its hash, checks it against its entry, and runs it: no training again."
      values={[
        ["policy", <Hash of={entry.policy_hash} what="the policy's hash" digits={DIGITS} />],
        [
          "as a file",
          <a href={`/api/v1/policies/${entry.policy_hash}`} target="_blank" rel="noopener">
            its canonical JSON
          </a>,
        ],
        ["to be read", <a href={`/entry/${entry.index}`}>situations and actions</a>],
      ]}
      check={
        isReused ? (
          <Check holds={true}>This browser fetched it, found the recorded hash, and ran it.</Check>
        ) : (
          <Check holds={null}>{replay.state === "loading" ? "Fetching it …" : "It was not run here."}</Check>
        )
      }
      proves="What you run is what was verified, byte for byte."
      cheat="Whoever serves the file: another file has another hash, and is refused before it runs."
    />
  );
}
