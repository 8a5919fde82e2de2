// What the command offers, and which command was meant.
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

export function overview(
  commands: Readonly<Record<string, { readonly about: string }>>,
  { paint }: Terminal,
): string {
  const widest = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    `${paint.bold("policyledger")} ${version()}: claims of trained policies, submitted, checked and reused`,
    "",
    `${paint.dim("usage")}    policyledger COMMAND [options]     each with --help, --json and an example`,
    "",
    ...Object.entries(commands).map(([name, { about }]) => `  ${paint.cyan(name.padEnd(widest))}  ${about}`),
    "",
    paint.dim("exit codes"),
    "  0 done, and it holds   1 it does not hold   2 wrong usage   3 the service cannot be reached or refuses",
    "  4 not there in time    130 interrupted      70 a mistake of ours",
  ].join("\n");
}

/** The name that differs least, if that is little. */
export function nearest(given: string, names: readonly string[]): string | null {
  const [best] = names
    .map((name) => ({ name, distance: distance(given, name) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return best !== undefined && best.distance <= Math.max(2, given.length / 3) ? best.name : null;
}

/** Levenshtein's, of texts that are cut: what is long is no command. */
function distance(from: string, to: string): number {
  const a = from.slice(0, 32);
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length]!;
}
