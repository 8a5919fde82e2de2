// The steps of an episode as a picture: a bar a step for its reward, and a line for all of them so far.
import { reward } from "../../ui/numbers.ts";
import type { Step } from "../../work/tasks.ts";

const WIDTH = 1_000;
const BARS = 90;
const LINE = 120;

export function Steps({
  steps,
  at,
  unit,
  choose,
}: {
  steps: readonly Step[];
  at: number;
  unit: number;
  choose: (step: number) => void;
}) {
  const wide = WIDTH / steps.length;
  const most = Math.max(1, ...steps.map(({ reward }) => Math.abs(reward)));
  const totals = steps.map(({ total }) => total);
  const [low, high] = [Math.min(0, ...totals), Math.max(1, ...totals)];
  const x = (i: number) => (i + 0.5) * wide;
  const y = (total: number) => LINE - 6 - ((total - low) / (high - low)) * (LINE - 12);
  const middle = LINE + BARS / 2;
  const line = totals
    .map((total, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(total).toFixed(1)}`)
    .join("");
  const pick = (event: MouseEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    choose(
      Math.max(0, Math.min(steps.length - 1, Math.floor(((event.clientX - left) / width) * steps.length))),
    );
  };
  return (
    // The range beside it does the same from the keyboard.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <svg
      class="steps-picture"
      viewBox={`0 0 ${WIDTH} ${LINE + BARS}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Cumulative reward over ${steps.length} steps, ${reward(totals.at(-1) ?? 0, unit)} at the end; below, the reward of each step`}
      onClick={pick}
    >
      <rect class="at" x={at * wide} y="0" width={wide} height={LINE + BARS} />
      <path class="zero" d={`M0 ${middle}H${WIDTH}`} />
      {steps.map((step, i) => {
        const tall = (Math.abs(step.reward) / most) * (BARS / 2 - 2);
        return (
          <rect
            key={i}
            class={step.reward < 0 ? "loss" : "gain"}
            x={i * wide + wide * 0.15}
            width={wide * 0.7}
            y={step.reward < 0 ? middle : middle - tall}
            height={tall}
          />
        );
      })}
      <path class="total" d={line} />
    </svg>
  );
}
