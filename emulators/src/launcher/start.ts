// `npm start`: reads the command line, starts the stack, shows what runs where, and stops it when asked to.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { REPOSITORY } from "./project.ts";
import { paintFor, readyJson, readyScreen, shownLine } from "./screen.ts";
import { type Stack, startStack } from "./stack.ts";
import { listenForStop } from "./stop-requests.ts";

const FAILED = 1;

const options = optionsOrExit();
// With --json and with --exec, standard output belongs to the line of JSON and to the command.
const screen = options.json || options.exec !== null ? process.stderr : process.stdout;
const paint = paintFor(screen.isTTY === true, process.env);
const say = (text: string) => void screen.write(`${text}\n`);
let stack: Stack | null = null;
const stopRequest = listenForStop({
  onFirst: (why) => say(paint.dim(`\n${why}: stopping …`)),
  // Before the stack is complete, the guard in each of its processes ends it when this one is gone.
  onSecond: () => {
    stack?.kill();
    process.exit(FAILED);
  },
});

// Whatever a library still holds open, the stack is down by then.
process.exit(await run());

async function run(): Promise<number> {
  try {
    stack = await startStack({
      ...options,
      project: options.project ?? REPOSITORY,
      local: localFolder(),
      signal: stopRequest.signal,
      load: async (samples, environment) => {
        // Loaded only when needed: it brings gRPC with it.
        const { loadSamples } = await import("./load-samples.ts");
        await loadSamples(samples, environment.FIRESTORE_EMULATOR_HOST!);
      },
      onProgress: (text) => say(paint.dim(text)),
      onShown: (shown) => say(shownLine(shown, paint)),
      ...(options.verbose && { onSuiteLine: (line: string) => say(paint.dim(`suite     │ ${line}`)) }),
    });
  } catch (error) {
    if (stopRequest.signal.aborted) return 0;
    say(paint.red((error as Error).message));
    return FAILED;
  }
  const milliseconds = Math.round(performance.now());
  if (options.json) process.stdout.write(`${readyJson(stack, milliseconds)}\n`);
  else if (options.exec === null) say(readyScreen(stack, options, milliseconds, paint));
  return inUse(stack);
}

/** Until the command is done, a stop is asked for, or a part breaks. */
async function inUse(running: Stack): Promise<number> {
  const command = options.exec === null ? null : runCommand(options.exec, running.environment);
  const code = await Promise.race([
    ...(command === null ? [stopRequest.asked.then(() => 0)] : [command.code]),
    running.broken.then((message) => {
      say(paint.red(message));
      command?.end();
      return FAILED;
    }),
  ]);
  await running.stop();
  // Nobody finds a run on free ports again; after a failure its logs are of use.
  if (isPassing() && code === 0) rmSync(localFolder(), { recursive: true, force: true });
  if (command === null && code === 0) say("Stopped; nothing is left running.");
  return code;
}

function isPassing(): boolean {
  return options.ports === "free" && options.local === null;
}

/** Stacks side by side must not write the same data. */
function localFolder(): string {
  if (options.local !== null) return options.local;
  const local = join(options.project ?? REPOSITORY, ".local");
  if (isPassing()) return join(local, `free-${process.pid}`);
  return typeof options.ports === "object" ? join(local, `offset-${options.ports.offset}`) : local;
}

function optionsOrExit(): Options {
  try {
    const read = readOptions(process.argv.slice(2));
    if (!read.help) return read;
    process.stdout.write(HELP);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm start -- --help  lists what there is.\n`);
    return process.exit(FAILED);
  }
}
