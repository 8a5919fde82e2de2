// What is to be trained: environment, preset, algorithm, and for how long.
import { useId, useState } from "preact/hooks";
import type { Kinds } from "../../ui/environment.ts";

export interface Choice {
  readonly env_id: string;
  readonly preset: string;
  readonly algorithm: "q-learning" | "double-q-learning";
  readonly episodes: number;
  readonly seed: number;
  /** So that the same choice can be trained again. */
  readonly started: number;
}

interface Props {
  readonly kinds: Kinds;
  readonly isBusy: boolean;
  readonly start: (choice: Choice) => void;
}

export function Setup({ kinds, ...props }: Props) {
  const [first] = kinds.values();
  if (first === undefined) return <p class="notice">The service names no environment to train in.</p>;
  return <Choices first={first} kinds={kinds} {...props} />;
}

type Kind = Kinds extends ReadonlyMap<string, infer K> ? K : never;

function Choices({ kinds, first, isBusy, start }: Props & { first: Kind }) {
  const [env_id, setEnv] = useState(first.env_id);
  const kind = kinds.get(env_id) ?? first;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    start({
      env_id,
      preset: String(form.get("preset")),
      algorithm: form.get("algorithm") === "double-q-learning" ? "double-q-learning" : "q-learning",
      episodes: Number(form.get("episodes")),
      seed: Number(form.get("seed")),
      started: performance.now(),
    });
  };
  return (
    <form class="setup" onSubmit={submit}>
      <Field label="Environment">
        {(id) => (
          <select id={id} name="env" value={env_id} onChange={(event) => setEnv(event.currentTarget.value)}>
            {[...kinds.keys()].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Preset">
        {(id) => (
          <select id={id} name="preset" key={env_id}>
            {kind.presets.map(({ preset }) => (
              <option key={preset}>{preset}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Algorithm">
        {(id) => (
          <select id={id} name="algorithm">
            <option value="q-learning">Q-learning</option>
            <option value="double-q-learning">Double Q-learning with replay</option>
          </select>
        )}
      </Field>
      <Field label="Episodes">
        {(id) => (
          <input
            id={id}
            name="episodes"
            type="number"
            min="100"
            max="1000000"
            step="100"
            defaultValue="50000"
            required
          />
        )}
      </Field>
      <Field label="Seed">
        {(id) => (
          <input id={id} name="seed" type="number" min="0" max="4294967295" defaultValue="1" required />
        )}
      </Field>
      <button type="submit" class="main" disabled={isBusy}>
        Train
      </button>
    </form>
  );
}

function Field({ label, children }: { label: string; children: (id: string) => preact.ComponentChildren }) {
  const id = useId();
  return (
    <p>
      <label for={id}>{label}</label>
      {children(id)}
    </p>
  );
}
