// The steps of a check, one below the other: each by its name, whether it holds, and what it saw.
import type { FileStep } from "../work/tasks.ts";

export function CheckSteps({ of }: { of: readonly FileStep[] }) {
  return (
    <ol class="checks">
      {of.map((step) => (
        <Step key={step.name} of={step} />
      ))}
    </ol>
  );
}

const SIGNS = { good: "✓", bad: "✗", warn: "?" } as const;

export function toneOf(holds: boolean | null): keyof typeof SIGNS {
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
        <Faults of={faults} />
      </div>
    </li>
  );
}

/** What is wrong, and where in what was given. */
export function Faults({ of }: { of: NonNullable<FileStep["faults"]> }) {
  if (of.length === 0) return null;
  return (
    <ul class="faults">
      {of.map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          <code>{path === "" ? "(all of it)" : path}</code> {message}
        </li>
      ))}
    </ul>
  );
}
