// `npm start`: reads the command line, starts the stack, shows what runs where, and stops it when asked to.
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCommand } from "./command.ts";
import { isPassing, localFolder, sweepPassing } from "./local-folder.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { paintFor } from "./paint.ts";
import { REPOSITORY } from "./project.ts";
import { readyJson, readyScreen, shownLine } from "./screen.ts";
import { type Stack, startStack } from "./stack.ts";
import { listenForStop } from "./stop-requests.ts";
import { watchSources } from "./watch-sources.ts";

const FAILED = 1;

const options = optionsOrExit();
// With --json and with --exec, standard output belongs to the line of JSON and to the command.
const screen = options.json || options.exec !== null ? process.stderr : process.stdout;
const paint = paintFor(screen.isTTY === true, process.env);
const root = resolve(options.project ?? REPOSITORY);
// Paths within the project are told without it: they stay short.
const say = (text: string) => void screen.write(`${text.replaceAll(`${root}/`, "")}\n`);
const local = localFolder(root, options);
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
    sweepPassing(root);
    stack = await startStack({
      ...options,
      project: root,
      local,
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
    if (stopRequest.signal.aborted) return stopped();
    say(paint.red((error as Error).message));
    // What failed before the suite spoke left nothing to read.
    if (isPassing(options) && !existsSync(join(local, "logs/suite.log"))) removeLocal();
    return FAILED;
  }
  const milliseconds = Math.round(performance.now());
  if (options.json) process.stdout.write(`${readyJson(stack, milliseconds)}\n`);
  else if (options.exec === null) screen.write(`${readyScreen(stack, options, milliseconds, paint)}\n`);
  return inUse(stack);
}

/** Until the command is done, a stop is asked for, or a part breaks. */
async function inUse(running: Stack): Promise<number> {
  const command = options.exec === null ? null : runCommand(options.exec, running.environment);
  const sources = watchSources(running.project.functionFolders, {
    onBuilt: (folder) => say(paint.dim(`Built ${folder}/lib anew.`)),
    onFailed: (folder, message) => say(paint.red(`${folder} cannot be built: ${message}`)),
  });
  const code = await Promise.race([
    ...(command === null ? [stopRequest.asked.then(() => 0)] : [command.code]),
    running.broken.then((message) => {
      say(paint.red(message));
      command?.end();
      return FAILED;
    }),
  ]);
  sources.close();
  await running.stop();
  if (code !== 0) return code;
  return command === null ? stopped() : passed();
}

function stopped(): 0 {
  say("Stopped; nothing is left running.");
  return passed();
}

function passed(): 0 {
  if (isPassing(options)) removeLocal();
  return 0;
}

function removeLocal(): void {
  rmSync(local, { recursive: true, force: true });
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
