// What a check has found: each step by its name, with what it saw.
import { useId } from "preact/hooks";
import type { FileReport, FileStep } from "../../work/tasks.ts";

export function Report({ of: { name, what, holds, steps } }: { of: FileReport }) {
  const id = useId();
  return (
    <section class={`report ${toneOf(holds)}`} aria-labelledby={id}>
      <h2 id={id}>
        {what}: {holds === null ? "not all could be checked" : holds ? "it holds" : "it does not hold"}
      </h2>
      <p class="note">{name}</p>
      <ol>
        {steps.map((step) => (
          <Step key={step.name} of={step} />
        ))}
      </ol>
    </section>
  );
}

const SIGNS = { good: "✓", bad: "✗", warn: "?" } as const;

function toneOf(holds: boolean | null): keyof typeof SIGNS {
  return holds === null ? "warn" : holds ? "good" : "bad";
}

function Step({ of: { name, holds, text, faults = [] } }: { of: FileStep }) {
  const tone = toneOf(holds);
  return (
    <li>
      <span class={`sign ${tone}`} aria-hidden="true">
        {SIGNS[tone]}
      </span>
      <div>
        <strong>{name}</strong>
        <span class="hidden">{holds === null ? ", open:" : holds ? ", holds:" : ", does not hold:"}</span>
        <p>{text}</p>
        {faults.length > 0 && (
          <ul class="faults">
            {faults.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                <code>{path === "" ? "(all of it)" : path}</code> {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
