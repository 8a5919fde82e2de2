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

const ERROR = /^(Error|Fatal):? /;

/** The marks with which firebase-tools begins what it has to say; a line without one goes on with the one before. */
const MARKS: readonly (readonly [RegExp, Shown["kind"] | "quiet"])[] = [
  [/^>\s{1,2}/, "log"],
  [/^⬢\s+/, "problem"],
  [/^⚠\s+/, "problem"],
  [ERROR, "problem"],
  [/^(i|✔)\s\s/, "quiet"],
  [/^\[hosting\]/, "quiet"],
  [/^[┌│├└╔║╠╚]/, "quiet"],
  [/^Issues\? Report them/, "quiet"],
  [/^$/, "quiet"],
];

/** What follows it was printed by the functions before, line by line. */
const LOAD_FAILED = /^functions: Failed to load function definition/;
/** More lines than a stack has. */
const MOST_KEPT = 200;

/** Takes one line after the other. */
export function makeSorter(): (line: string) => Shown | null {
  let going: Shown["kind"] | "quiet" = "quiet";
  const isTwice = makeRepetition();
  return (raw) => {
    const line = stripVTControlCharacters(raw).trimEnd();
    const mark = MARKS.find(([pattern]) => pattern.test(line));
    if (mark !== undefined) going = NOISE.some((pattern) => pattern.test(line)) ? "quiet" : mark[1];
    if (going === "quiet") return null;
    const text = mark === undefined ? line : line.replace(mark[0], "");
    if (going === "problem" && isTwice(text, mark !== undefined && !ERROR.test(line))) return null;
    return { kind: going, text: going === "log" ? readable(text) : text };
  };
}

/** Knows the lines that a failure to load repeats; a problem that comes again later is none of them. */
function makeRepetition(): (text: string, isNew: boolean) => boolean {
  const before = new Set<string>();
  let isRepeating = false;
  return (text, isNew) => {
    if (isNew) {
      if (isRepeating || before.size > MOST_KEPT) before.clear();
      isRepeating = LOAD_FAILED.test(text);
    }
    if (isRepeating) return before.has(text);
    before.add(text);
    return false;
  };
}

/** The logger of firebase-functions writes one JSON object a line. */
function readable(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    const { severity, message, ...rest } = JSON.parse(text) as Record<string, unknown>;
    if (typeof severity !== "string") return text;
    const level = severity === "INFO" || severity === "DEBUG" ? "" : `${severity} `;
    // Our stations say in their message what a person wants to know; the whole line stands in the log.
    const isTold = level === "" && "station" in rest;
    const more = isTold || Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
    return `${level}${typeof message === "string" ? message : ""}${more}`;
  } catch {
    return text;
  }
}
