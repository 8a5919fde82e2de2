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
  readonly [key: string]: unknown;
}

interface HostingConfig {
  readonly public?: string;
  readonly rewrites?: readonly { readonly source?: string; readonly glob?: string }[];
  readonly [key: string]: unknown;
}

interface FirestoreConfig {
  readonly rules?: string;
  readonly indexes?: string;
  readonly [key: string]: unknown;
}

/** What Firebase allows in several forms has one here: each of the three is a list, which may be empty. */
export interface Project {
  readonly root: string;
  readonly functions: readonly FunctionsConfig[];
  readonly hosting: readonly HostingConfig[];
  readonly firestore: readonly FirestoreConfig[];
  readonly ports: Ports;
  /** What must run with this configuration. */
  readonly parts: readonly Part[];
  readonly functionFolders: readonly string[];
  /** The path that must answer 200 through hosting before all is ready; null if nothing leads from there to an API. */
  readonly health: string | null;
}

/** The repository that this file is part of. */
export const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

const HEALTH = "/api/v1/health";
const HIGHEST_PORT = 65_535;
/** firebase-tools takes this folder when it is there and the configuration names none. */
const USUAL_SOURCE = "functions";

export function readProject(folder: string): Project {
  const root = resolve(folder);
  const file = join(root, "firebase.json");
  if (!existsSync(file)) throw new Error(`Cannot start: there is no firebase.json in ${root}.`);
  const config = parseConfig(file);
  const list = (name: string) => listOf(file, name, config[name]);
  const functions = list("functions").map((one) => withSource(file, root, one));
  const hosting = list("hosting") as HostingConfig[];
  return {
    root,
    functions,
    hosting,
    firestore: list("firestore"),
    ports: portsOf(file, config.emulators),
    parts: PARTS.filter(
      (part) =>
        (functions.length > 0 || !["functions", "eventarc", "tasks"].includes(part)) &&
        (hosting.length > 0 || part !== "hosting"),
    ),
    functionFolders: functions.map(({ source }) => resolve(root, source)),
    health: leadsToApi(hosting[0]) ? HEALTH : null,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parseConfig(file: string): Fields {
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`Cannot start: ${file} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(config)) throw new Error(`Cannot start: ${file} should hold an object.`);
  return config;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(file: string, name: string, value: unknown): Fields[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (list.every(isObject)) return list;
  throw new Error(`Cannot start: "${name}" in ${file} should be an object, or a list of objects.`);
}

function withSource(file: string, root: string, one: Fields): FunctionsConfig {
  const { source = existsSync(join(root, USUAL_SOURCE)) ? USUAL_SOURCE : undefined } = one;
  if (typeof source === "string") return { ...one, source };
  throw new Error(`Cannot start: "functions" in ${file} should name its folder: "source": "functions".`);
}

function portsOf(file: string, emulators: unknown = {}): Ports {
  if (!isObject(emulators)) throw new Error(`Cannot start: "emulators" in ${file} should be an object.`);
  const portOf = (part: Part): number => {
    const settings = emulators[part];
    const port = (isObject(settings) ? settings.port : undefined) ?? DEFAULT_PORTS[part];
    if (Number.isInteger(port) && (port as number) >= 1 && (port as number) <= HIGHEST_PORT)
      return port as number;
    throw new Error(
      `Cannot start: the port of ${part} in ${file} is ${JSON.stringify(port)}, not a number from 1 to ${HIGHEST_PORT}.`,
    );
  };
  return Object.fromEntries(PARTS.map((part) => [part, portOf(part)])) as Record<Part, number>;
}

function leadsToApi(hosting: HostingConfig | undefined): boolean {
  const { rewrites = [] } = hosting ?? {};
  return (
    Array.isArray(rewrites) &&
    rewrites.some(({ source, glob }) => /^\/api\/(\*\*|v1)/.test(source ?? glob ?? ""))
  );
}
