// The API: where all of it is described, and the routes that most readers want, as commands to be copied.
import { CommandList } from "../../ui/command-list.tsx";

export function Api() {
  const at = `${location.origin}/api/v1`;
  return (
    <section aria-labelledby="api">
      <h2 id="api">The API</h2>
      <p>
        Everything here is read from it, and it needs no key.{" "}
        <a href="/api/v1/docs">All routes, with every field and every error</a>, made from the schemas that
        validate; the same as <a href="/api/v1/openapi.json">OpenAPI</a>.
      </p>
      <CommandList
        commands={[
          [`curl '${at}/ledger?limit=2'`, "the newest entries"],
          [`curl '${at}/marketplace?by=expected'`, "who is best, whatever the seed"],
          [`curl '${at}/marketplace/best'`, "the policy to reuse, with its entry"],
          [`curl '${at}/environments'`, "what can be claimed: environments, presets, actions"],
          [`curl '${at}/log/proofs/0'`, "that the first entry stands in the log, to be checked offline"],
          [`curl '${location.origin}/checkpoint'`, "what the log has signed last"],
          [
            `curl '${at}/verify' -H 'content-type: application/json' -d '{"agent_id":"samples/liar"}'`,
            "a verdict, recorded nowhere: here, of a known agent's last lie",
          ],
        ]}
      />
    </section>
  );
}
