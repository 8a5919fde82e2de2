// The same checks from a terminal, with nothing of this page.
import { CommandList } from "../../ui/command-list.tsx";
import type { Entry } from "../ledger/window-check.ts";

export function Commands({ entry: { index, kind } }: { entry: Entry }) {
  const at = `--endpoint ${location.origin}`;
  const commands = [
    [
      `npx policyledger verify --entry ${index} ${at}`,
      kind === "plan" ? "run the plan again, and compare" : "replay the policy, and compare the reward",
    ],
    ...(kind === "plan"
      ? [
          [
            `npx policyledger plan check --entry ${index} ${at}`,
            "check its receipts, without a kernel",
          ] as const,
        ]
      : [[`npx policyledger returns ${index} ${at}`, "how lucky its seed was"] as const]),
    [`npx policyledger proof ${index} ${at}`, "prove that it stands in the log"],
    [`npx policyledger audit ${at}`, "check the whole ledger, and remember it"],
  ] as const;
  return (
    <section aria-labelledby="terminal">
      <h2 id="terminal">From a terminal</h2>
      <CommandList commands={commands} />
    </section>
  );
}
