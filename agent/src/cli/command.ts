// What a command is: described as data, from which its help is written and its command line is read.
import { parseArgs } from "node:util";
import type { LogClient } from "../log/index.ts";
import { usage } from "./exit.ts";
import type { Home } from "./home.ts";
import type { ServiceClient } from "./service.ts";
import { foreign, type Terminal, wrap } from "./terminal.ts";

interface Option {
  readonly about: string;
  /** What stands for its value in the help; without it, the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly many?: boolean;
}

export type Options = Readonly<Record<string, Option>>;

export interface Command {
  /** As it is typed: "audit", "policy check". */
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** Its arguments, as they stand in the help: "FILE…". */
  readonly takes: string;
  readonly least: number;
  readonly most: number;
  readonly options: Options;
  /** Whether it asks the service, so that --endpoint is offered. */
  readonly asks: boolean;
  /** Whether what it asks is proven from the log, so that --log-key and --quorum are offered. */
  readonly proves?: boolean;
  /** It computes without a pause, in which Ctrl-C could be heard, and leaves nothing half done: Ctrl-C ends it at once. */
  readonly endsAtOnce?: boolean;
  /** Paragraphs below the options. */
  readonly more?: readonly string[];
  /** A command line and what it is for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Its exit code. */
  run(call: Call): Promise<number>;
}

export interface Call {
  readonly args: readonly string[];
  readonly given: Given;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly home: Home;
  /** The service that the command line, the environment or the configuration names. */
  client(): ServiceClient;
  /** Its log, held to what earlier commands saw of it; under the quorum that is demanded, or under none. */
  log(under?: "quorum" | "no quorum"): LogClient;
  /** The same for another service. */
  at(endpoint: string): Call;
  /** The result: the value as JSON where that was asked for, otherwise the text. */
  report(value: unknown, text: () => string): void;
}

/** The options that were given, each read as what it should be. */
export interface Given {
  readonly json: boolean;
  is(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  integer(name: string, bounds?: { readonly min?: number; readonly max?: number }): number | undefined;
  number(name: string, bounds?: { readonly min?: number; readonly max?: number }): number | undefined;
  /** One of a few words. */
  choice<T extends string>(name: string, words: readonly T[]): T | undefined;
}

const COMMON: Options = {
  json: { about: "print JSON, for machines" },
  home: { value: "DIR", about: "configuration, key and what was seen before (or POLICYLEDGER_HOME)" },
  "no-color": { about: "no colours, also on a terminal" },
  help: { short: "h", about: "this help" },
};
const ENDPOINT: Options = {
  endpoint: { value: "URL", about: "the service (or POLICYLEDGER_ENDPOINT, or as `init` was told)" },
};
const LOG: Options = {
  "log-key": { value: "VKEY", about: "the log's key, instead of the one that was seen first" },
  quorum: {
    value: "FILE",
    about: "take only what so many of these witnesses cosigned (or as `init` was told)",
  },
};

function optionsOf(command: Command): Options {
  const asking = { ...(command.asks ? ENDPOINT : {}), ...(command.proves ? LOG : {}) };
  return { ...command.options, ...asking, ...COMMON };
}

export function readCommandLine(
  command: Command,
  argv: readonly string[],
): { args: readonly string[]; given: Given } {
  const options = optionsOf(command);
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { value, short, many }]) => [
          name,
          {
            type: value === undefined ? ("boolean" as const) : ("string" as const),
            ...(short !== undefined && { short }),
            ...(many === true && { multiple: true }),
          },
        ]),
      ),
    });
  } catch (error) {
    const [reason] = (error as Error).message.split(/\. To specify|\n/);
    throw usage(foreign(reason!), helpAdvice(command));
  }
  const { values, positionals } = parsed;
  if (values.help !== true && (positionals.length < command.least || positionals.length > command.most)) {
    const wanted = command.most === 0 ? "no arguments" : command.takes;
    const got = positionals.length === 0 ? "nothing" : positionals.map((text) => foreign(text, 40)).join(" ");
    throw usage(`\`policyledger ${command.name}\` wants ${wanted}, got ${got}`, helpAdvice(command));
  }
  return { args: positionals, given: givenIn(values, command) };
}

function helpAdvice({ name }: Command): string {
  return `see \`policyledger ${name} --help\``;
}

function givenIn(values: Record<string, unknown>, command: Command): Given {
  const text = (name: string) => values[name] as string | undefined;
  const numeric = (
    name: string,
    kind: "a whole number" | "a number",
    { min, max }: { min?: number; max?: number },
  ) => {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(given) ? Number(given) : Number.NaN;
    const isRight = kind === "a number" ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (isRight && value >= (min ?? value) && value <= (max ?? value)) return value;
    const range = min === undefined && max === undefined ? "" : ` from ${min ?? "-∞"} to ${max ?? "∞"}`;
    throw usage(`--${name} wants ${kind}${range}, got ${foreign(given, 40)}`, helpAdvice(command));
  };
  return {
    json: values.json === true,
    is: (name) => values[name] === true,
    text,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
    integer: (name, bounds = {}) => numeric(name, "a whole number", bounds),
    number: (name, bounds = {}) => numeric(name, "a number", bounds),
    choice: (name, words) => {
      const given = text(name);
      const found = words.find((word) => word === given);
      if (given === undefined || found !== undefined) return found;
      throw usage(`--${name} is one of ${words.join(", ")}, got ${foreign(given, 40)}`, helpAdvice(command));
    },
  };
}

export function helpOf(command: Command, { paint, width }: Terminal): string {
  const options = Object.entries(optionsOf(command)).map(([name, { value, short, about }]) => {
    const flag = `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
    return [flag, about] as const;
  });
  const widest = Math.max(...options.map(([flag]) => flag.length));
  const named = `policyledger ${command.name}`;
  const title = wrap(`${named}: ${command.about}`, width);
  const lines = [
    paint.bold(named) + title.slice(named.length),
    "",
    `${paint.dim("usage")}    policyledger ${command.name} [options]${command.takes === "" ? "" : ` ${command.takes}`}`,
    "",
    ...options.map(([flag, about]) => `  ${flag.padEnd(widest)}  ${wrap(about, width, widest + 4)}`),
    ...(command.more ?? []).flatMap((paragraph) => ["", wrap(paragraph, width)]),
    "",
    paint.dim(command.examples.length === 1 ? "example" : "examples"),
    ...command.examples.flatMap(([line, what]) => [`  ${line}`, `      ${paint.dim(wrap(what, width, 6))}`]),
  ];
  return lines.join("\n");
}
