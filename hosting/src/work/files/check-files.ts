// Tells what a file is by how it begins, and checks it as that. Nothing here asks the network; each kind has a bound on
// its size, which holds before anything of it is parsed.
import { limits } from "@policyledger/core";
import type { FileReport, Tasks } from "../tasks.ts";
import { checkArtifact } from "./artifact.ts";
import { checkEvidenceFile } from "./evidence.ts";
import { checkExport } from "./export.ts";
import { checkProof } from "./proof.ts";
import { checkSubmission } from "./submission.ts";

type Files = Tasks["files"];
type Tell = (told: Files["told"]) => void;

const EXPORT_KIND = '"kind":"policyledger-export"';
const PROOF_START = "c2sp.org/tlog-proof@v1\n";
const MAX_PROOF_BYTES = 2 * limits.MAX_NOTE_BYTES;
/** With a line's end. */
const MAX_ENTRY_FILE_BYTES = limits.MAX_ENTRY_BYTES + 1;
/** As much of a file as tells what it is. */
const START_BYTES = 4_096;

export async function checkFiles(
  { files, keys }: Files["input"],
  tell: Tell,
  signal: AbortSignal,
): Promise<Files["done"]> {
  const starts = await Promise.all(files.map((file) => file.slice(0, START_BYTES).text()));
  const entries = entriesOf(files, starts);
  const reports: FileReport[] = [];
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    // An entry is what a proof is about, and nothing that could be checked alone.
    if ([...entries.values()].includes(file)) continue;
    reports.push(await reportOn(file, starts[i]!, entries.get(file) ?? null, { keys, tell, signal }));
  }
  return { reports };
}

/** Of each proof the entry that it is about: by its index, or, where there is one of each, the one beside it. */
function entriesOf(files: readonly File[], starts: readonly string[]): ReadonlyMap<File, File> {
  const proofs = [...files.keys()].filter((i) => starts[i]!.startsWith(PROOF_START));
  const entries = [...files.keys()].filter(
    (i) => starts[i]!.includes('"previous_hash"') && !starts[i]!.includes(EXPORT_KIND),
  );
  const isPair = proofs.length === 1 && entries.length === 1;
  const found = new Map<File, File>();
  for (const i of proofs) {
    const index = /^index (\d+)$/m.exec(starts[i]!)?.[1];
    const entry = isPair ? entries[0] : entries.find((one) => starts[one]!.includes(`"index":${index},`));
    if (entry !== undefined) found.set(files[i]!, files[entry]!);
  }
  return found;
}

interface Surroundings {
  readonly keys: readonly string[];
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

async function reportOn(
  file: File,
  start: string,
  entry: File | null,
  { keys, tell, signal }: Surroundings,
): Promise<FileReport> {
  const firstLine = start.slice(0, Math.max(0, start.indexOf("\n")) || undefined);
  if (firstLine.includes(EXPORT_KIND)) return checkExport(file, tell, signal);
  const isProof = start.startsWith(PROOF_START);
  const most = isProof ? MAX_PROOF_BYTES : limits.MAX_PLAN_SUBMISSION_BYTES;
  if (file.size > most) return tooLarge(file, most);
  const text = await file.text();
  if (isProof) {
    if (entry !== null && entry.size > MAX_ENTRY_FILE_BYTES) return tooLarge(entry, MAX_ENTRY_FILE_BYTES);
    return checkProof(file.name, text, entry && (await entry.text()), keys);
  }
  if (start.includes('"log-evidence"')) return checkEvidenceFile(file.name, text, keys);
  if (text.includes('"signature"') && text.includes('"claim"')) return checkSubmission(file.name, text);
  if (text.includes('"previous_hash"'))
    return unknown(file, "This is an entry: add its proof, and both are checked together.");
  if (text.includes('"env_id"')) return checkArtifact(file.name, text);
  return unknown(file, "It is no claim, artifact, export, proof or evidence that this page knows.");
}

function tooLarge({ name, size }: File, most: number): FileReport {
  const text = `It has ${size} bytes; nothing of its kind has more than ${most}, and it was not read.`;
  return {
    name,
    what: "A file that is too large",
    holds: false,
    steps: [{ name: "Size", holds: false, text }],
  };
}

function unknown({ name }: File, text: string): FileReport {
  return { name, what: "A file", holds: null, steps: [{ name: "Kind", holds: null, text }] };
}
