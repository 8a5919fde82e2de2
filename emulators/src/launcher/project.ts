// Reads a project's firebase.json: which ports its parts want, where its functions are, and where its own files lie.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What the Emulator Suite runs here; `eventarc`, `tasks` and `logging` it starts by itself. */
export const PARTS = [
  "hosting",
  "functions",
  "firestore",
  "pubsub",
  "eventarc",
  "tasks",
  "hub",
  "logging",
] as const;
export type Part = (typeof PARTS)[number];
export type Ports = Readonly<Record<Part, number>>;

export const PURPOSE: Readonly<Record<Part, string>> = {
  hosting: "Hosting: the web page and the way to the API",
  functions: "Cloud Functions",
  firestore: "Firestore, the database",
  pubsub: "Pub/Sub, the queue",
  eventarc: "Eventarc, custom events",
  tasks: "Cloud Tasks",
  hub: "the suite's hub, which says what runs",
  logging: "the suite's stream of log lines",
};

/** The suite's own defaults, for parts that firebase.json does not name. */
const DEFAULT_PORTS: Ports = {
  hosting: 5000,
  functions: 5001,
  firestore: 8080,
  pubsub: 8085,
  eventarc: 9299,
  tasks: 9499,
  hub: 4400,
  logging: 4500,
};

/** A name that starts with `demo-` makes the suite refuse every call to a real project. */
export const PROJECT_ID = "demo-policyledger";
export const HOST = "127.0.0.1";

interface FunctionsConfig {
  readonly source: string;
  readonly codebase?: string;
  readonly [key: string]: unknown;
}

interface FirebaseConfig {
  readonly functions?: readonly FunctionsConfig[];
  readonly firestore?: { readonly rules?: string; readonly indexes?: string };
  readonly hosting?: { readonly public: string; readonly [key: string]: unknown };
  readonly emulators?: Readonly<Record<string, { readonly port?: number } | undefined>>;
}

export interface Project {
  readonly root: string;
  readonly config: FirebaseConfig;
  readonly ports: Ports;
  readonly functionFolders: readonly string[];
}

/** The repository that this file is part of. */
export const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export function readProject(root: string): Project {
  const file = join(root, "firebase.json");
  if (!existsSync(file)) throw new Error(`Cannot start: there is no firebase.json in ${root}.`);
  const config = parseConfig(file);
  const ports = Object.fromEntries(
    PARTS.map((part) => [part, config.emulators?.[part]?.port ?? DEFAULT_PORTS[part]]),
  ) as Record<Part, number>;
  const functionFolders = (config.functions ?? []).map(({ source }) => resolve(root, source));
  return { root, config, ports, functionFolders };
}

function parseConfig(file: string): FirebaseConfig {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as FirebaseConfig;
  } catch (error) {
    throw new Error(`Cannot start: ${file} is not JSON: ${(error as Error).message}`);
  }
}
