// What a training has made: what it is worth exactly, and what it earns on the seed that is to be claimed.
import { useId, useState } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { exact, percent, reward } from "../../ui/numbers.ts";
import { Show } from "../../ui/state.tsx";
import { work } from "../../work/call.ts";
import type { Outcome } from "../../work/tasks.ts";
import type { Choice } from "./setup.tsx";
import { Submit } from "./submit.tsx";

const FIRST_SEED = 42;

interface Props {
  readonly choice: Choice;
  readonly saved: string;
  readonly unit: number;
}

export function Claim({ choice, saved, unit }: Props) {
  const [seed, setSeed] = useState(FIRST_SEED);
  const outcome = useLoaded((signal) => work("outcome", { saved, seed }, { signal }), [saved, seed]);
  const id = useId();
  return (
    <section class="claim" aria-labelledby="claim">
      <h2 id="claim">What it is worth</h2>
      <p>
        <label for={id}>Seed to claim on</label>
        <input
          id={id}
          type="number"
          min="0"
          max="4294967295"
          required
          value={seed}
          onChange={({ currentTarget }) => {
            if (currentTarget.reportValidity()) setSeed(currentTarget.valueAsNumber);
          }}
        />
      </p>
      <Show of={outcome} rows={2}>
        {(value) => <Worth outcome={value} choice={choice} seed={seed} unit={unit} />}
      </Show>
    </section>
  );
}

function Worth({
  outcome,
  choice,
  seed,
  unit,
}: {
  outcome: Outcome;
  choice: Choice;
  seed: number;
  unit: number;
}) {
  const { expected, optimum, reward: earned } = outcome;
  return (
    <>
      <dl class="result">
        <div>
          <dt>Exact expected return</dt>
          <dd class="large">{exact(expected, unit)}</dd>
          <dd class="note">
            {percent(expected / optimum)} of the optimum, {exact(optimum, unit)}
          </dd>
        </div>
        <div>
          <dt>Reward on seed {seed}</dt>
          <dd class="large">{reward(earned, unit)}</dd>
          <dd class="note">what the claim says, and the verifier will find</dd>
        </div>
      </dl>
      <Submit outcome={outcome} choice={choice} seed={seed} />
    </>
  );
}
