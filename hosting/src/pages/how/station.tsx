// One station of a claim's life: what happens there, the values that it leaves, what that proves, and who could cheat.
import type { ComponentChildren } from "preact";

interface Props {
  readonly name: string;
  readonly happens: string;
  readonly values: readonly (readonly [name: string, value: ComponentChildren])[];
  readonly check: ComponentChildren;
  readonly proves: string;
  readonly cheat: string;
}

export function Station({ name, happens, values, check, proves, cheat }: Props) {
  return (
    <li class="station">
      <div class="happens">
        <h2>{name}</h2>
        <p>{happens}</p>
      </div>
      <div class="real">
        <dl>
          {values.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {check}
      </div>
      <dl class="means">
        <div>
          <dt>It proves</dt>
          <dd>{proves}</dd>
        </div>
        <div>
          <dt>Who could cheat</dt>
          <dd>{cheat}</dd>
        </div>
      </dl>
    </li>
  );
}

export function Check({ holds, children }: { holds: boolean | null; children: ComponentChildren }) {
  return (
    <p class={`check ${holds === null ? "note" : holds ? "good" : "bad"}`} role="status">
      {holds !== null && <span aria-hidden="true">{holds ? "✓" : "✗"}</span>} {children}
    </p>
  );
}
