// The environment of the Emulator Suite: with the stand-ins, without the user's accounts, and with nothing that asks the internet.
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Folders } from "./folders.ts";
import { HOST, type Ports, PROJECT_ID, REPOSITORY } from "./project.ts";

export interface EmulatorOptions {
  readonly memory: boolean;
  readonly strict: boolean;
  readonly admin: boolean;
  readonly official: boolean;
  /** How many function calls run at once, over all functions. */
  readonly parallel: number;
}

/** Would lead to real accounts and projects, to other emulators, or through a proxy that knows no local addresses. */
const UNWANTED =
  /^(GOOGLE_|GCLOUD_|GCP_|CLOUDSDK_|FIREBASE_|FIRESTORE_|PUBSUB_|CLOUD_(EVENTARC|TASKS)_|FUNCTIONS_EMULATOR|POLICYLEDGER_(EMULATOR|GUARD)|npm_|NODE_OPTIONS$|FORCE_COLOR$|DEBUG$|((https?|grpc|all|no)_proxy)$)/i;

const BIN = join(REPOSITORY, "emulators/bin");
/** Holds an npm that does not ask the registry which version is the newest; must come first on the PATH. */
const ASK_NOBODY = fileURLToPath(new URL("./bin", import.meta.url));
/** Compiled once for all stacks; what it holds depends on the sources and on Node alone. */
const COMPILE_CACHE = join(REPOSITORY, "node_modules/.cache/policyledger-v8");
const GUARD = fileURLToPath(new URL("./guard.cjs", import.meta.url));

export function suiteEnvironment(
  folders: Folders,
  options: EmulatorOptions,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !UNWANTED.test(name));
  return {
    ...Object.fromEntries(kept),
    ...(options.official ? officialEmulators(inherited) : standIns(folders, options, inherited)),
    // Our Node first, for the workers and the stand-ins too.
    PATH: [
      ASK_NOBODY,
      ...(options.official ? [] : [BIN]),
      dirname(process.execPath),
      inherited.PATH ?? "",
    ].join(delimiter),
    NODE_OPTIONS: [inherited.NODE_OPTIONS, `--require ${JSON.stringify(GUARD)}`, "--enable-source-maps"]
      .filter(Boolean)
      .join(" "),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    POLICYLEDGER_GUARD: "suite",
    // Functions inherit this from the suite, though not while it only finds them.
    POLICYLEDGER_LOCAL: "1",
    // No stored login, no opt-in to statistics, no credentials of gcloud: nothing here can touch a real project.
    HOME: folders.home,
    XDG_CONFIG_HOME: join(folders.home, ".config"),
    TMPDIR: folders.temporary,
    // Stops the fetch of the message of the day.
    CI: "1",
    NO_UPDATE_NOTIFIER: "1",
    METADATA_SERVER_DETECTION: "none",
    NO_COLOR: "1",
    FUNCTIONS_EMULATOR_PARALLEL: String(options.parallel),
    // In seconds; a small machine under load needs more than the ten that are usual.
    FUNCTIONS_DISCOVERY_TIMEOUT: "60",
    // Halves the time to find the functions: the other way polls a server. The manifest is written into TMPDIR.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: folders.temporary,
  };
}

/** Whoever names other programs in the suite's own two variables gets those: a Node program, or any executable. */
function standIns(
  folders: Folders,
  { memory, strict, admin }: EmulatorOptions,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    FIRESTORE_EMULATOR_BINARY_PATH: inherited.FIRESTORE_EMULATOR_BINARY_PATH ?? join(BIN, "firestore.mjs"),
    PUBSUB_EMULATOR_BINARY_PATH: inherited.PUBSUB_EMULATOR_BINARY_PATH ?? join(BIN, "pubsub.mjs"),
    POLICYLEDGER_EMULATOR_DATA: folders.data,
    ...(memory && { POLICYLEDGER_EMULATOR_MEMORY: "1" }),
    ...(strict && { POLICYLEDGER_EMULATOR_STRICT: "1" }),
    ...(admin && { POLICYLEDGER_EMULATOR_ADMIN: "1" }),
  };
}

/** Where firebase-tools keeps what it downloaded, named outright because the suite gets another home. */
export function downloadsFolder(inherited: NodeJS.ProcessEnv = process.env): string {
  return inherited.FIREBASE_EMULATORS_PATH ?? join(homedir(), ".cache/firebase/emulators");
}

function officialEmulators(inherited: NodeJS.ProcessEnv): Record<string, string> {
  return { FIREBASE_EMULATORS_PATH: downloadsFolder(inherited) };
}

/** What a client of the stack needs to find it, with any official library. */
export function clientEnvironment(ports: Ports): Readonly<Record<string, string>> {
  return {
    GCLOUD_PROJECT: PROJECT_ID,
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    FIRESTORE_EMULATOR_HOST: `${HOST}:${ports.firestore}`,
    PUBSUB_EMULATOR_HOST: `${HOST}:${ports.pubsub}`,
    CLOUD_EVENTARC_EMULATOR_HOST: `http://${HOST}:${ports.eventarc}`,
    CLOUD_TASKS_EMULATOR_HOST: `${HOST}:${ports.tasks}`,
    FIREBASE_EMULATOR_HUB: `${HOST}:${ports.hub}`,
    POLICYLEDGER_URL: `http://${HOST}:${ports.hosting}`,
    METADATA_SERVER_DETECTION: "none",
  };
}
