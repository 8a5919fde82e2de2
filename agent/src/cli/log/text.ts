// What was proven from a log, and what was not, as people read it.
import { formatVerifierKey, type Sealed, type Signed } from "@policyledger/core";
import type { LogClient, ProvenEntry, View } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import { counted, type Terminal } from "../terminal.ts";

type Writing = Pick<Terminal, "paint" | "width">;
/** A name, and what is said; whether it is good to know, or a gap. */
export type Said = readonly [good: boolean, name: string, what: string];

/** Of an entry that is proven: where it stands, under whose keys, and what earlier looks add. */
export function provenSaid({ index, path, view }: ProvenEntry): Said[] {
  const hashes = counted(path.length, "hash leads", "hashes lead");
  const place = `entry ${index} of ${counted(view.size, "entry", "entries")} of ${view.origin}: ${hashes} to the root ${view.root.slice(0, 16)}…`;
  return [[true, "inclusion", place], ...viewSaid(view)];
}

/** Of a checkpoint: whose it is, that it goes on from what was seen, and who cosigned. */
export function viewSaid(view: View): Said[] {
  return [keySaid(view), sinceSaid(view), ...quorumSaid(view)];
}

function keySaid({ trust, keys }: View): Said {
  const names = keys.map(formatVerifierKey).join(", ");
  switch (trust) {
    case "pinned":
      return [true, "log key", `as it was told: ${names}`];
    case "remembered":
      return [true, "log key", `as it was before: ${names}`];
    case "first_seen":
      return [false, "log key", `seen for the first time and taken on trust (--log-key pins one): ${names}`];
  }
}

function sinceSaid({ since, size, latest }: View): Said {
  if (since === null)
    return [
      false,
      "history",
      "no earlier checkpoint is remembered: from now on this one is, and must be continued",
    ];
  const now = latest === size ? "" : ` (the latest has ${latest})`;
  return [
    true,
    "history",
    `continues the checkpoint of ${counted(since, "entry", "entries")} that was seen before${now}`,
  ];
}

function quorumSaid({ quorum, signed }: View): Said[] {
  const cosigned = signed.filter(({ key }) => key.type === "witness");
  if (quorum === null)
    return [[false, "witnesses", "no quorum is demanded: the operator alone vouches for this history"]];
  const names = cosigned.map(cosignedText).join(", ");
  return [[true, "witnesses", `the quorum is met: ${names}`]];
}

export function cosignedText({ key, time }: Signed): string {
  return `${key.name} at ${timeText(time!)}`;
}

function timeText(seconds: number): string {
  const milliseconds = 1_000 * seconds;
  // Later than any date that there is; nobody's clock shows it.
  if (milliseconds > 8.64e15) return `second ${seconds}`;
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

export function saidText(lines: readonly Said[], { paint, width }: Writing): string {
  const sorted = [...lines.filter(([good]) => good), ...lines.filter(([good]) => !good)];
  return sorted
    .map(
      ([good, name, what]) =>
        `${good ? paint.green("✓") : paint.yellow("!")} ${name.padEnd(10)}${wrapWords(what, width, 12)}`,
    )
    .join("\n");
}

/** Breaks lines between words alone: a key is not broken, it is to be copied. */
function wrapWords(text: string, width: number, indent: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (indent + line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

export function viewJson(view: View): object {
  const { origin, size, root, trust, keys, since, quorum, latest, signed } = view;
  return {
    origin,
    size,
    root,
    trust,
    keys: keys.map(formatVerifierKey),
    continues: since,
    latest,
    quorum: quorum === null ? null : "met",
    cosigned: signed.flatMap(({ key, time }) =>
      key.type === "witness" ? [{ key: formatVerifierKey(key), time }] : [],
    ),
  };
}

/** Null where the service publishes no checkpoint, and never did. */
export async function viewOrNull(log: LogClient, signal: AbortSignal): Promise<View | null> {
  try {
    return await log.checkpoint({ signal });
  } catch (error) {
    if (error instanceof ClientError && error.code === "no_log") return null;
    throw error;
  }
}

export const NO_LOG: Said = [
  false,
  "log",
  "the service publishes no checkpoint: nobody has signed for this, and it may show others something else",
];

/** A checkpoint comes some milliseconds after an entry, and a cache may keep an older one for a moment. */
const SOON_MS = 5_000;

/** For what is only shown: null where the service publishes no checkpoint. */
export async function provenOrNull(
  log: LogClient,
  sealed: Sealed,
  signal: AbortSignal,
): Promise<ProvenEntry | null> {
  try {
    return await log.proveSoon(sealed, { signal, timeout: SOON_MS });
  } catch (error) {
    if (error instanceof ClientError && error.code === "no_log") return null;
    throw error;
  }
}

export function provenText(proven: ProvenEntry | null, terminal: Writing): string {
  return saidText(proven === null ? [NO_LOG] : provenSaid(proven), terminal);
}

export function provenJson({ index, path, view }: ProvenEntry): object {
  return { index, ...viewJson(view), path };
}
