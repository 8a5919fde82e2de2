// What the user sees: the one screen that says what runs where, and the lines that functions print.
import { join } from "node:path";
import { isPassing } from "./local-folder.ts";
import type { Options } from "./options.ts";
import type { Paint } from "./paint.ts";
import { HOST, PROJECT_ID, REPOSITORY } from "./project.ts";
import type { Stack } from "./stack.ts";
import type { Shown } from "./suite-output.ts";

/** What the screen needs to know of a stack. */
export type Seen = Pick<
  Stack,
  "project" | "ports" | "urls" | "environment" | "folders" | "running" | "imported"
>;

const WIDTH = 80;
const INDENT = 2;
const NAME_WIDTH = 11;
const EXPORT = "../export";

export function shownLine({ kind, text }: Shown, { dim, red }: Paint): string {
  return kind === "log" ? `${dim("functions │")} ${text}` : `${red("problem   │")} ${text}`;
}

export function readyScreen(stack: Seen, options: Options, milliseconds: number, paint: Paint): string {
  const { bold, dim, green } = paint;
  const { project, urls, running, ports, folders } = stack;
  const has = (part: keyof typeof ports) => project.parts.includes(part);
  const seconds = (milliseconds / 1000).toFixed(1);
  return [
    "",
    `${green("✔")} ${bold("PolicyLedger runs")} ${dim(`after ${seconds} s${options.official ? ", with Google's emulators" : ""}`)}`,
    "",
    ...(has("hosting") ? row("Page", `${urls.hosting}/`) : []),
    ...(has("hosting") && project.health !== null ? row("API", `${urls.hosting}${project.health}`) : []),
    ...(has("hosting") && project.root === REPOSITORY ? row("API docs", `${urls.hosting}/api/v1/docs`) : []),
    ...(has("functions") ? row("Functions", running.functions.join(", ")) : []),
    ...row("Firestore", `${HOST}:${ports.firestore}, project ${PROJECT_ID}`),
    ...row("Pub/Sub", `${HOST}:${ports.pubsub}`),
    ...row("Hub", `${urls.hub}/emulators`),
    "",
    ...row("Data", dataLine(stack, options)),
    ...row("Logs", within(project.root, folders.logs)),
    "",
    ...(has("functions") ? ["Functions are loaded anew when their sources change.", ""] : []),
    bold("Try"),
    ...tries(stack, options).map((line) => `${" ".repeat(INDENT)}${line}`),
    "",
    `Stop with ${bold("Ctrl-C")}; a second one stops at once.`,
    "",
  ].join("\n");
}

export function dataLine({ project, folders, imported }: Seen, options: Options): string {
  const from = imported === null ? "" : `, begun with ${within(project.root, imported)}`;
  if (options.official) return "in memory: Google's emulators keep nothing by themselves";
  if (options.memory) return `in memory, gone at the end${from}`;
  return `${within(project.root, folders.data)}, kept${from}; start anew with:\n${freshCommand(options)}`;
}

/** Removes the data of this run and of no other, so it must find the same folder. */
function freshCommand({ ports, project, local }: Options): string {
  return [
    "npm start -- --fresh",
    ...(typeof ports === "object" ? [`--port-offset ${ports.offset}`] : []),
    ...(ports === "free" ? ["--free-ports"] : []),
    ...(project === null ? [] : [`--project ${quoted(project)}`]),
    ...(local === null ? [] : [`--local ${quoted(local)}`]),
  ].join(" ");
}

/** Each of these lines works as it stands. */
export function tries(
  { project, urls, ports, environment, folders }: Seen,
  options: Pick<Options, "admin" | "official" | "local" | "ports">,
): string[] {
  const { FIRESTORE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST, GCLOUD_PROJECT, METADATA_SERVER_DETECTION } =
    environment;
  return [
    ...(project.parts.includes("hosting") && project.health !== null
      ? [`curl ${urls.hosting}${project.health}`]
      : []),
    ...(project.root === REPOSITORY && project.parts.includes("hosting")
      ? [`curl ${urls.hosting}/api/v1/marketplace/best`]
      : []),
    ...(options.admin ? [`curl http://${HOST}:${ports.firestore}/admin/faults`] : []),
    // Google's emulators export in a format of their own, and a passing folder goes at the end with all that is in it.
    ...(options.official || isPassing(options)
      ? []
      : [
          // The suite works in the folder of the logs.
          `# writes all that Firestore holds to ${within(project.root, join(folders.logs, EXPORT))}:`,
          `curl ${urls.hub}/_admin/export \\`,
          `  -H 'content-type: application/json' -d '{"path":"${EXPORT}"}'`,
        ]),
    "# for clients of your own:",
    `export FIRESTORE_EMULATOR_HOST=${FIRESTORE_EMULATOR_HOST} \\`,
    `  PUBSUB_EMULATOR_HOST=${PUBSUB_EMULATOR_HOST} \\`,
    `  GCLOUD_PROJECT=${GCLOUD_PROJECT} METADATA_SERVER_DETECTION=${METADATA_SERVER_DETECTION}`,
  ];
}

/** Later lines stand below the first, and long ones break between words. */
function row(name: string, text: string): string[] {
  const room = WIDTH - INDENT - NAME_WIDTH;
  const lines = text.split("\n").flatMap((line) => wrapped(line, room));
  return lines.map((line, i) => `${" ".repeat(INDENT)}${(i === 0 ? name : "").padEnd(NAME_WIDTH)}${line}`);
}

function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Short for what lies in the project, and unmistakable for what does not. */
function within(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

function quoted(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One line for programs. */
export function readyJson(stack: Stack, milliseconds: number): string {
  const { ports, urls, environment, suitePid, running, folders, imported } = stack;
  const { data, logs } = folders;
  return JSON.stringify({
    ready: true,
    milliseconds,
    ports,
    urls,
    environment,
    functions: running.functions,
    pids: { suite: suitePid, ...running.pids },
    data,
    logs,
    imported,
  });
}
