// What the policy does, as people read it: in a few sentences, how often it takes which action, and its whole table.
import type { Explanation } from "@policyledger/core";
import { useState } from "preact/hooks";
import { ActionShares } from "../../ui/action-shares.tsx";
import { fromBillionths } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";

/** The most frequent situations come first; the rest at a click. */
const FIRST = 12;

export function Policy({ of }: { of: Explanation }) {
  return (
    <section aria-labelledby="policy">
      <h2 id="policy">The policy</h2>
      {of.summary.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {of.rules !== null && (
        <Scroll what="The policy as rules">
          <pre class="rules">{of.rules.text.join("\n")}</pre>
        </Scroll>
      )}
      <ActionShares
        caption="How often it takes which action in an episode, computed exactly"
        of={of.actions.map(({ name, share, situations }) => ({
          name,
          share: fromBillionths(share),
          note: situations === 1 ? "1 situation" : `${situations} situations`,
        }))}
      />
      <Table of={of} />
    </section>
  );
}

function Table({ of: { situations, actions } }: { of: Explanation }) {
  const [all, setAll] = useState(false);
  const sorted = situations.toSorted((a, b) => b.visits - a.visits);
  const shown = all ? sorted : sorted.slice(0, FIRST);
  const fields = Object.keys(situations[0]?.observation ?? {});
  return (
    <>
      <Scroll what="Situations and actions">
        <table class="situations">
          <caption>{situations.length} situations that it can come to, the most frequent first</caption>
          <thead>
            <tr>
              {fields.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col">action</th>
              <th scope="col" class="number">
                times an episode
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ state, observation, action, visits }) => (
              <tr key={state}>
                {fields.map((name) => (
                  <td key={name}>{observation[name]}</td>
                ))}
                <td>
                  <strong>{action === null ? "any, drawn" : actions[action]!.name}</strong>
                </td>
                <td class="number">{fromBillionths(visits).toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {sorted.length > FIRST && (
        <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show the most frequent only" : `Show all ${sorted.length}`}
        </button>
      )}
    </>
  );
}
