// How much of the best that is possible a policy is expected to earn.
import { exact, percent } from "../../ui/numbers.ts";

export function ToOptimum({ expected, optimum, unit }: { expected: number; optimum: number; unit: number }) {
  const share = expected / optimum;
  const text = `${percent(share)} of the optimum, ${exact(optimum, unit)}`;
  return (
    <span class="to-optimum">
      <meter min={0} max={1} value={Math.max(0, Math.min(1, share))} aria-label={text} />
      <span class="note">{text}</span>
    </span>
  );
}
