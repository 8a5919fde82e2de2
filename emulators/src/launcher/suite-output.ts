// Sorts the Emulator Suite's output: what functions print and what goes wrong is shown, the rest only kept in the log.
import { stripVTControlCharacters } from "node:util";

export type Shown = { readonly kind: "log" | "problem"; readonly text: string };

/** What the suite says in every run here, or what its own user would have to do and ours need not. */
const NOISE = [
  /Env variable override detected/,
  /not currently authenticated/,
  /Emulator UI is not starting/,
  /running in a CI environment/,
  /has exited upon receiving signal: SIG(INT|TERM)/,
  /is restricted by some web browsers/,
];

/** The marks with which firebase-tools begins what it has to say; a line without one goes on with the one before. */
const MARKS: readonly (readonly [RegExp, Shown["kind"] | "quiet"])[] = [
  [/^>\s{1,2}/, "log"],
  [/^⬢\s+/, "problem"],
  [/^⚠\s+/, "problem"],
  [/^(Error|Fatal):? /, "problem"],
  [/^(i|✔)\s\s/, "quiet"],
  [/^\[hosting\]/, "quiet"],
  [/^[┌│├└╔║╠╚]/, "quiet"],
  [/^Issues\? Report them/, "quiet"],
  [/^$/, "quiet"],
];

/** Takes one line after the other. */
export function makeSorter(): (line: string) => Shown | null {
  let going: Shown["kind"] | "quiet" = "quiet";
  return (raw) => {
    const line = stripVTControlCharacters(raw).trimEnd();
    const mark = MARKS.find(([pattern]) => pattern.test(line));
    if (mark !== undefined) going = NOISE.some((pattern) => pattern.test(line)) ? "quiet" : mark[1];
    if (going === "quiet") return null;
    const text = mark === undefined ? line : line.replace(mark[0], "");
    return { kind: going, text: going === "log" ? readable(text) : text };
  };
}

/** The logger of firebase-functions writes one JSON object a line. */
function readable(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    const { severity, message, ...rest } = JSON.parse(text) as Record<string, unknown>;
    if (typeof severity !== "string") return text;
    const level = severity === "INFO" || severity === "DEBUG" ? "" : `${severity} `;
    const more = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
    return `${level}${typeof message === "string" ? message : ""}${more}`;
  } catch {
    return text;
  }
}
