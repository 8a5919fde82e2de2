// The launcher's command line.
import { parseArgs } from "node:util";
import type { PortChoice } from "./ports.ts";

export interface Options {
  readonly help: boolean;
  readonly official: boolean;
  readonly fresh: boolean;
  readonly memory: boolean;
  readonly strict: boolean;
  readonly admin: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly exec: string | null;
  readonly ports: PortChoice;
  /** Not given: as the project's rewrites say. */
  readonly health?: string | null;
  readonly project: string | null;
  readonly local: string | null;
}

export const HELP = `npm start -- [options]     runs all of PolicyLedger on this machine

  --fresh              removes what earlier runs kept, and begins with the sample data
  --memory             keeps nothing: the data ends with the run
  --strict             every commit waits for the disk: safe in a power cut, slower
  --admin              lets the stand-ins take faults on demand (PUT /admin/faults)
  --official           Google's own emulators instead of the stand-ins (needs Java 21 and its downloads)
  --port-offset N      adds N to every port of firebase.json, with data of its own in .local/offset-N
  --free-ports         takes any free ports; needs --memory or --local
  --exec "COMMAND"     starts, runs the command with the stack's addresses in its environment, stops, exits as it did
  --json               one line of JSON with ports and addresses when ready, nothing else on standard output;
                       with \`npm start -s -- --json\`, or npm prints a line of its own first
  --health PATH        what must answer 200 through hosting before all is ready, or "none"; /api/v1/health by itself
  --verbose            shows all that the Emulator Suite says
  --project DIR        another folder with a firebase.json
  --local DIR          where data and logs go instead of .local
  --help               this text
`;

export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: joined(argv),
    allowPositionals: false,
    options: {
      help: { type: "boolean", short: "h", default: false },
      official: { type: "boolean", default: false },
      fresh: { type: "boolean", default: false },
      memory: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      admin: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      exec: { type: "string" },
      "port-offset": { type: "string" },
      "free-ports": { type: "boolean", default: false },
      project: { type: "string" },
      local: { type: "string" },
      health: { type: "string" },
    },
  });
  const {
    exec = null,
    project = null,
    local = null,
    health,
    "port-offset": offset,
    "free-ports": free,
    ...flags
  } = values;
  if (free && offset !== undefined) throw new Error("--free-ports and --port-offset exclude each other.");
  if (free && !values.memory && local === null) {
    throw new Error("--free-ports needs --memory or --local DIR: two stacks must not write the same data.");
  }
  if (flags.official && (flags.admin || flags.strict)) {
    throw new Error("--admin and --strict are for the stand-ins; Google's emulators know neither.");
  }
  const ports = portChoice(free, offset);
  return {
    ...flags,
    exec,
    project,
    local,
    ports,
    ...(health !== undefined && { health: healthPath(health) }),
  };
}

/** `parseArgs` takes the value of `--port-offset -5` for an option, and its message does not help. */
function joined(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of argv) {
    if (words.at(-1) === "--port-offset" && /^-\d/.test(word)) words.push(`${words.pop()}=${word}`);
    else words.push(word);
  }
  return words;
}

function healthPath(text: string): string | null {
  if (text === "none") return null;
  if (!text.startsWith("/"))
    throw new Error(`--health ${text} is neither a path that starts with / nor "none".`);
  return text;
}

function portChoice(free: boolean, offset: string | undefined): PortChoice {
  if (free) return "free";
  if (offset === undefined) return "fixed";
  if (!/^\d{1,5}$/.test(offset)) throw new Error(`--port-offset ${offset} is not a number of ports to add.`);
  return { offset: Number(offset) };
}
