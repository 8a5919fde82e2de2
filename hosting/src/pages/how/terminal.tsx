// How to run every check from a terminal, with nothing of this page.
import { CommandList } from "../../ui/command-list.tsx";

export function Terminal() {
  const at = `--endpoint ${location.origin}`;
  return (
    <section aria-labelledby="terminal">
      <h2 id="terminal">From a terminal</h2>
      <p>
        The same checks, by other hands: in a checkout of PolicyLedger, or wherever its agent is installed.
      </p>
      <CommandList
        commands={[
          [`npx policyledger audit --replay ${at}`, "the whole ledger, nothing of it taken on trust"],
          [`npx policyledger fsck ${at}`, "every tile and the root, from the entries, byte for byte"],
          [
            `npx policyledger proof 0 --out 0.tlog-proof --entry 0.json ${at}`,
            "that an entry is in the log, for anyone, offline",
          ],
          [
            `npx policyledger leaderboard --by expected --check ${at}`,
            "who is best, ranked anew from the ledger",
          ],
          [
            `npx policyledger reuse --watch ${at}`,
            "the best policy, checked before it runs, then step by step",
          ],
        ]}
      />
    </section>
  );
}
