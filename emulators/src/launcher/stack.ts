// Starts the whole local stack and stops it: ports, build, data, suite, readiness. `npm start`, the tests and the bench use this.
import { join, resolve } from "node:path";
import { buildFunctions } from "./build.ts";
import { startClock } from "./clock.ts";
import { dataToImport, markBegun, removeData } from "./data.ts";
import { clientEnvironment, type EmulatorOptions, suiteEnvironment } from "./environment.ts";
import { type Folders, makeFolders, removeTemporary, writeSuiteProject } from "./folders.ts";
import { listenForLoads } from "./loaded.ts";
import { makeSecrets } from "./local-secrets.ts";
import { lockFolder } from "./lock.ts";
import { withLog } from "./log-ends.ts";
import { checkOfficial } from "./official.ts";
import { choosePorts, type PortChoice } from "./ports.ts";
import { HOST, type Part, type Ports, type Project, REPOSITORY, readProject } from "./project.ts";
import { answersWell, type Running, whatRuns } from "./ready.ts";
import { type Suite, startSuite } from "./suite.ts";
import type { Shown } from "./suite-output.ts";
import { watchParts } from "./watch.ts";

export interface StackOptions extends Partial<EmulatorOptions> {
  /** The folder of the firebase.json; this repository if not given. */
  readonly project?: string;
  /** Where data and logs go; `.local` in the project if not given. Two stacks at once need two of them. */
  readonly local?: string;
  readonly ports?: PortChoice;
  /** Removes what earlier runs kept. */
  readonly fresh?: boolean;
  /** The export that a stack without data begins with; `emulator-data` in the project if not given. */
  readonly samples?: string;
  /** Fills a stack that cannot import that export by itself: Google's emulators, which do not know its format. */
  readonly load?: (samples: string, environment: Stack["environment"]) => Promise<void>;
  /** A path that must answer 200 through hosting; null for none; /api/v1/health if not given and hosting leads there. */
  readonly health?: string | null;
  /** Whether scheduled functions run by themselves, as they do if this is not given; else whoever wants a run calls them. */
  readonly schedule?: boolean;
  readonly onProgress?: (text: string) => void;
  readonly onShown?: (shown: Shown) => void;
  readonly onSuiteLine?: (line: string) => void;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface Stack {
  readonly project: Project;
  readonly ports: Ports;
  readonly urls: { readonly hosting: string; readonly functions: string; readonly hub: string };
  /** What clients and commands need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folders: Folders;
  readonly running: Running;
  readonly suitePid: number;
  /** The sample data that this stack began with, if it did. */
  readonly imported: string | null;
  /** Resolves, with what is to be told, when a part ends that was not asked to; the rest is stopped by then. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
  kill(): void;
}

/** Enough for a chain of triggers beside some event streams, each of which is a call for as long as it lasts. */
const PARALLEL_CALLS = 100;
const READY_WITHIN_MS = 90_000;

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const project = readProject(options.project ?? REPOSITORY);
  if (options.official) checkOfficial();
  const ports = await choosePorts(project.ports, options.ports ?? "fixed");
  const local = resolve(options.local ?? join(project.root, ".local"));
  const unlock = lockFolder(local);
  let folders: Folders | undefined;
  try {
    folders = makeFolders(local);
    return await startIn(folders, unlock, project, ports, options);
  } catch (error) {
    if (folders !== undefined) removeTemporary(folders);
    unlock();
    throw error;
  }
}

async function startIn(
  folders: Folders,
  unlock: () => void,
  project: Project,
  ports: Ports,
  options: StackOptions,
): Promise<Stack> {
  const { onProgress = ignore, onShown = ignore, onSuiteLine = ignore } = options;
  const emulators = emulatorOptions(options);
  const keepsData = !emulators.memory && !emulators.official;
  if (options.fresh) onProgress(removeData(folders.data));
  await build(project, onProgress);
  prepareSecrets(project, onProgress);
  const samples = options.samples ?? join(project.root, "emulator-data");
  const imported = dataToImport(samples, folders.data, !keepsData);

  onProgress(`Starting ${emulators.official ? "Google's emulators" : "the stand-ins and the suite"} …`);
  const loaded = listenForLoads(project.functionFolders.length);
  const urls = urlsOf(ports);
  const suite = startSuite({
    config: writeSuiteProject(project, ports, folders),
    logs: folders.logs,
    environment: {
      ...suiteEnvironment(folders, emulators),
      // Event streams are held back on their way through hosting: functions name this address for them.
      POLICYLEDGER_FUNCTIONS_URL: urls.functions,
      // A log is named after the address that it is read at.
      POLICYLEDGER_HOSTING_URL: urls.hosting,
    },
    importFrom: emulators.official ? null : imported,
    onShown,
    onLine: (line) => {
      loaded.hear(line);
      onSuiteLine(line);
    },
  });
  const end = ending(suite, folders, unlock);
  const environment = clientEnvironment(ports);
  const health = healthOf(project, options);
  try {
    await orFail(suite.ready, suite, folders, options.signal);
    const running = await whatRuns(ports, project.parts);
    if (emulators.official && imported !== null) await options.load?.(imported, environment);
    if (health !== null) {
      onProgress("Waiting for the first answer …");
      await orFail(answersWell(`${urls.hosting}${health}`), suite, folders, options.signal);
    }
    if (keepsData) markBegun(folders.data);
    const watch = watchParts(suite, running, folders);
    const clock = keepsTime(project, options) ? startClock(ports, loaded, onShown) : null;
    const leave = () => {
      watch.cancel();
      clock?.stop();
    };
    return {
      project,
      ports,
      urls,
      environment,
      folders,
      running,
      suitePid: suite.pid,
      imported,
      broken: watch.broken.then(async (message) => {
        leave();
        await end.stop();
        return message;
      }),
      stop: () => {
        leave();
        return end.stop();
      },
      kill: () => {
        leave();
        end.kill();
      },
    };
  } catch (error) {
    await end.stop();
    throw error;
  }
}

function emulatorOptions(options: StackOptions): EmulatorOptions {
  const {
    memory = false,
    strict = false,
    admin = false,
    official = false,
    parallel = PARALLEL_CALLS,
  } = options;
  return { memory, strict, admin, official, parallel };
}

function healthOf(project: Project, { health = project.health }: StackOptions): string | null {
  return project.parts.includes("hosting") ? health : null;
}

function keepsTime(project: Project, { schedule = true }: StackOptions): boolean {
  return schedule && project.parts.includes("functions");
}

async function build(project: Project, onProgress: (text: string) => void): Promise<void> {
  for (const folder of project.functionFolders) {
    if (await buildFunctions(folder)) onProgress(`Built ${folder}/lib.`);
  }
}

function prepareSecrets(project: Project, onProgress: (text: string) => void): void {
  for (const folder of project.functionFolders) {
    const made = makeSecrets(folder);
    if (made.length > 0) onProgress(`Made ${made.join(", ")} in ${folder}/.secret.local, for this machine.`);
  }
}

function urlsOf(ports: Ports): Stack["urls"] {
  const at = (part: Part) => `http://${HOST}:${ports[part]}`;
  return { hosting: at("hosting"), functions: at("functions"), hub: at("hub") };
}

/** However often and by whomever it is asked for, the stack ends once. */
function ending(suite: Suite, folders: Folders, unlock: () => void): { stop(): Promise<void>; kill(): void } {
  let stopped: Promise<void> | undefined;
  const leave = () => {
    removeTemporary(folders);
    unlock();
  };
  return {
    stop: () => {
      stopped ??= suite.stop().then(leave);
      return stopped;
    },
    kill: () => {
      suite.kill();
      leave();
    },
  };
}

async function orFail<T>(
  work: Promise<T>,
  suite: Suite,
  folders: Folders,
  signal: AbortSignal | undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const message = `Not ready after ${READY_WITHIN_MS / 1000} s.`;
    timer = setTimeout(() => reject(new Error(withLog(message, folders, null))), READY_WITHIN_MS);
  });
  const ended = suite.exited.then(() => {
    throw new Error(withLog("The Emulator Suite ended while it started.", folders, null));
  });
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error("The start was given up."));
    if (signal?.aborted) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([work, ended, tooLate, givenUp]);
  } finally {
    clearTimeout(timer);
  }
}

function ignore(): void {}
