// The same checks from a terminal, with nothing of this page.
import { CommandList } from "../../ui/command-list.tsx";
import type { Entry } from "../ledger/window-check.ts";

export function Commands({ entry: { index, kind } }: { entry: Entry }) {
  const at = `--endpoint ${location.origin}`;
  const commands = [
    [`policyledger proof ${index} ${at}`, "prove that it stands in the log"],
    ...(kind === "policy"
      ? [[`policyledger verify ${index} ${at}`, "replay the policy, and compare the reward"] as const]
      : []),
    [`policyledger audit ${at}`, "check the whole ledger, and remember it"],
  ] as const;
  return (
    <section aria-labelledby="terminal">
      <h2 id="terminal">From a terminal</h2>
      <CommandList commands={commands} />
    </section>
  );
}
