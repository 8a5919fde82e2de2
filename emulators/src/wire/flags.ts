// The command line of a stand-in: `--name value` and `--name=value`, with the environment behind it.

export interface Flags {
  readonly text: Readonly<Record<string, string>>;
  readonly on: ReadonlySet<string>;
}

/** Unknown flags are named on stderr and left alone: the Emulator Suite passes more of them with each release. */
export function readFlags(
  argv: readonly string[],
  known: { text: readonly string[]; on: readonly string[] },
): Flags {
  const text: Record<string, string> = {};
  const on = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]!) ?? [];
    if (known.on.includes(name) && (value === undefined || value === "true")) on.add(name);
    else if (known.text.includes(name)) {
      const given = value ?? argv[++i];
      if (given === undefined) throw new Error(`--${name} needs a value`);
      text[name] = given;
    } else {
      console.error(`Ignored: ${argv[i]}`);
      const next = argv[i + 1];
      if (name !== "" && value === undefined && next !== undefined && !next.startsWith("--")) i++;
    }
  }
  return { text, on };
}

export function portOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${text} is not a port`);
  return port;
}

/** Where data is kept: a folder, or null for memory. The Emulator Suite has no flags of ours, hence the environment. */
export function storageOf(
  { text, on }: Flags,
  env: Readonly<Record<string, string | undefined>>,
): { data: string | null; strict: boolean; admin: boolean } {
  const isSet = (flag: string) => on.has(flag) || env[`POLICYLEDGER_EMULATOR_${flag.toUpperCase()}`] === "1";
  const folder = text.data ?? env.POLICYLEDGER_EMULATOR_DATA ?? ".local";
  return { data: isSet("memory") ? null : folder, strict: isSet("strict"), admin: isSet("admin") };
}
