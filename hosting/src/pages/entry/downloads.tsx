// What an entry is about, as files that can be checked elsewhere.
import type { PolicyEntry } from "../../work/tasks.ts";

export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

const JSON_TYPE = "application/json";

export function Downloads({ entry, artifact }: { entry: PolicyEntry; artifact: string }) {
  const { index, policy_hash } = entry;
  const saveClaim = async () => {
    const { claimFile } = await import("./claim.ts");
    save(`claim-${index}.json`, claimFile(entry, artifact), JSON_TYPE);
  };
  const saveEntry = async () => {
    const { entryFile } = await import("./claim.ts");
    save(`entry-${index}.json`, entryFile(entry), JSON_TYPE);
  };
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      <p class="buttons">
        <button type="button" onClick={saveEntry}>
          Entry
        </button>
        <button type="button" onClick={saveClaim}>
          Claim and artifact
        </button>
        <button
          type="button"
          onClick={() => save(`policy-${policy_hash.slice(0, 12)}.json`, artifact, JSON_TYPE)}
        >
          Artifact
        </button>
      </p>
    </section>
  );
}
