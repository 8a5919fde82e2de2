// What the policy does, as people read it: in a few sentences, how often it takes which action, and its whole table.
import type { Explanation } from "@policyledger/core";
import { ActionShares } from "../../ui/action-shares.tsx";
import { fromBillionths } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";
import { LongTable } from "./long-table.tsx";

/** The most frequent situations come first; the rest at a click. */
const FIRST = 12;
const VISITS = "times an episode";

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
  const fields = Object.keys(situations[0]?.observation ?? {});
  return (
    <LongTable
      what="Situations and actions"
      class="situations"
      caption={`${situations.length} situations that it can come to, the most frequent first`}
      columns={[...fields, "action", VISITS]}
      numbers={[VISITS]}
      first={FIRST}
      firstAre="most frequent"
      rows={situations.toSorted((a, b) => b.visits - a.visits)}
      row={({ state, observation, action, visits }) => (
        <tr key={state}>
          {fields.map((name) => (
            <td key={name}>{observation[name]}</td>
          ))}
          <td>
            <strong>{action === null ? "any, drawn" : actions[action]!.name}</strong>
          </td>
          <td class="number">{fromBillionths(visits).toFixed(3)}</td>
        </tr>
      )}
    />
  );
}
