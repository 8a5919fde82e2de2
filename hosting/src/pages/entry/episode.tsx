// The episode that earned the reward, as this browser has just played it: to be played again, or gone through by hand.
import { useEffect, useId, useState } from "preact/hooks";
import { reward } from "../../ui/numbers.ts";
import type { Study } from "../../work/tasks.ts";
import { Steps } from "./steps.tsx";

const STEP_MS = 450;

export function Episode({ study: { steps, reward: earned }, unit }: { study: Study; unit: number }) {
  const [at, setAt] = useState(steps.length - 1);
  const [plays, setPlays] = useState(false);
  const id = useId();
  useEffect(() => {
    if (!plays) return;
    const timer = setInterval(() => {
      setAt((now) => {
        if (now + 1 >= steps.length) setPlays(false);
        return Math.min(now + 1, steps.length - 1);
      });
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [plays, steps.length]);
  const play = () => {
    if (!plays && at === steps.length - 1) setAt(0);
    setPlays(!plays);
  };
  const step = steps[at]!;
  return (
    <section class="episode" aria-labelledby="episode">
      <h2 id="episode">The episode</h2>
      <p class="good" role="status">
        This browser ran the policy on the recorded seed: {steps.length} steps earned {reward(earned, unit)},
        as the entry says.
      </p>
      <Steps steps={steps} at={at} unit={unit} choose={setAt} />
      <div class="player">
        <button type="button" class="main" onClick={play}>
          {plays ? "Pause" : "Play"}
        </button>
        <label for={id}>
          Step {at + 1} of {steps.length}
        </label>
        <input
          id={id}
          type="range"
          min={1}
          max={steps.length}
          value={at + 1}
          onInput={(event) => setAt(Number(event.currentTarget.value) - 1)}
        />
      </div>
      <dl class="moment">
        {Object.entries(step.observation).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div class="taken">
          <dt>action</dt>
          <dd>{step.action}</dd>
        </div>
        <div>
          <dt>reward</dt>
          <dd>{reward(step.reward, unit)}</dd>
        </div>
        <div>
          <dt>so far</dt>
          <dd>{reward(step.total, unit)}</dd>
        </div>
      </dl>
    </section>
  );
}
