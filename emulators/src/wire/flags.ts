// The command line of a stand-in: `--name value` and `--name=value`, with the environment behind it.

export interface Flags {
  readonly text: Readonly<Record<string, string>>;
  /** Switches that were given, and whether they were given as `=false`. */
  readonly switches: ReadonlyMap<string, boolean>;
}

const SWITCHES = ["memory", "strict", "admin"] as const;
/** In the working folder; data outlives the process unless `--memory` is given. */
const DEFAULT_DATA = ".local";

/** Unknown flags are named on stderr and left alone: the Emulator Suite passes more of them with each release. */
export function readFlags(argv: readonly string[], known: readonly string[]): Flags {
  const text: Record<string, string> = {};
  const switches = new Map<string, boolean>();
  for (let i = 0; i < argv.length; i++) {
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]!) ?? [];
    const next = argv[i + 1]?.startsWith("--") ? undefined : argv[i + 1];
    if (SWITCHES.includes(name as never)) switches.set(name, switchOf(name, value));
    else if (known.includes(name)) {
      const given = value ?? next;
      if (given === undefined || given === "") throw new Error(`--${name} needs a value`);
      text[name] = given;
      if (value === undefined) i++;
    } else {
      console.error(`Ignored: ${argv[i]}`);
      if (name !== "" && value === undefined && next !== undefined) i++;
    }
  }
  return { text, switches };
}

function switchOf(name: string, value = "true"): boolean {
  if (value !== "true" && value !== "false") throw new Error(`--${name} is true or false, not "${value}"`);
  return value === "true";
}

export function portOf(text: string | undefined, otherwise: number): number {
  return numberOf("port", text, 65_535) ?? otherwise;
}

/** A whole number in digits; undefined when the flag was not given. */
export function numberOf(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > most)
    throw new Error(`--${name} ${text} is not a whole number up to ${most}`);
  return Number(text);
}

/** Where data is kept: a folder, or null for memory. The Emulator Suite has no flags of ours, hence the environment. */
export function storageOf(
  { text, switches }: Flags,
  env: Readonly<Record<string, string | undefined>>,
): { data: string | null; strict: boolean; admin: boolean } {
  const isSet = (name: (typeof SWITCHES)[number]) =>
    switches.get(name) ?? env[`POLICYLEDGER_EMULATOR_${name.toUpperCase()}`] === "1";
  const folder = text.data ?? env.POLICYLEDGER_EMULATOR_DATA ?? DEFAULT_DATA;
  return { data: isSet("memory") ? null : folder, strict: isSet("strict"), admin: isSet("admin") };
}

/** Prints the usage and ends the process when it is asked for. */
export function helpIfAsked(argv: readonly string[], usage: string): void {
  if (!argv.includes("--help") && !argv.includes("-h")) return;
  process.stdout.write(usage);
  process.exit(0);
}
