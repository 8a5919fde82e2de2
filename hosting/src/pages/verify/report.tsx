// What a check of a file has found: what it is, whether it holds, and its steps.
import { useId } from "preact/hooks";
import { CheckSteps, toneOf } from "../../ui/check-steps.tsx";
import type { FileReport } from "../../work/tasks.ts";

export function Report({ of: { name, what, holds, steps } }: { of: FileReport }) {
  const id = useId();
  return (
    <section class={`report ${toneOf(holds)}`} aria-labelledby={id}>
      <h2 id={id}>
        {what}: {holds === null ? "not all could be checked" : holds ? "it holds" : "it does not hold"}
      </h2>
      <p class="note">{name}</p>
      <CheckSteps of={steps} />
    </section>
  );
}
