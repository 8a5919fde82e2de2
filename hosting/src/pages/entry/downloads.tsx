// What an entry is about, as files that can be checked elsewhere.
import { takenApart } from "../../entry-text.ts";
import type { Entry } from "../ledger/window-check.ts";

export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

interface Props {
  readonly entry: Entry;
  /** As it is sent to the service. */
  readonly submission: string;
  /** The policy's artifact, or the plan's document. */
  readonly subject: string;
}

export function Downloads({ entry, submission, subject }: Props) {
  const { index } = entry;
  const isPlan = entry.kind === "plan";
  const files = [
    ["Entry", `entry-${index}.json`, () => takenApart(entry).text],
    [isPlan ? "Claim and plan" : "Claim and artifact", `claim-${index}.json`, () => submission],
    isPlan
      ? (["Plan's document", `plan-${index}.json`, () => subject] as const)
      : (["Artifact", `policy-${entry.policy_hash.slice(0, 12)}.json`, () => subject] as const),
  ] as const;
  return (
    <p class="buttons">
      {files.map(([what, name, text]) => (
        <button key={what} type="button" onClick={() => save(name, text(), "application/json")}>
          {what}
        </button>
      ))}
    </p>
  );
}
