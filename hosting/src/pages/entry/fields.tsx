// Every field of the entry as it is hashed, and the hash.
import { WholeHash } from "../../ui/hash.tsx";
import type { Entry } from "../ledger/window-check.ts";

const HASHES = new Set([
  "claim_id",
  "current_hash",
  "previous_hash",
  "policy_hash",
  "public_key",
  "signature",
  "plan_hash",
  "initial_state_hash",
  "final_state_hash",
  "final_commit_hash",
]);

export function Fields({ entry }: { entry: Entry }) {
  const { current_hash, ...fields } = entry;
  const listed = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section aria-labelledby="fields">
      <h2 id="fields">All fields</h2>
      <dl class="fields">
        <dt>current_hash</dt>
        <dd>
          <WholeHash of={current_hash} what="current_hash" />
          <span class="note">the RFC 6962 leaf hash of the fields below, as canonical JSON</span>
        </dd>
        {listed.map(([name, value]) => (
          <Field key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

function Field({ name, value }: { name: string; value: unknown }) {
  const isHash = HASHES.has(name) && typeof value === "string" && value.length >= 64;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {isHash ? (
          <WholeHash of={value} what={name} />
        ) : (
          <code>{typeof value === "string" ? value : JSON.stringify(value, null, 1)}</code>
        )}
      </dd>
    </>
  );
}
