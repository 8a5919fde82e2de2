// What the user sees: progress, the one screen that says what runs where, and the lines that functions print.
import type { Options } from "./options.ts";
import { HOST, PROJECT_ID } from "./project.ts";
import type { Stack } from "./stack.ts";
import type { Shown } from "./suite-output.ts";

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

/** Colours on a terminal only, and not when NO_COLOR asks for none (no-color.org: set and not empty). */
export function paintFor(isTerminal: boolean, environment: NodeJS.ProcessEnv): Paint {
  const coloured = isTerminal && !environment.NO_COLOR && environment.TERM !== "dumb";
  const paint = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32) };
}

export function shownLine({ kind, text }: Shown, { dim, red }: Paint): string {
  return kind === "log" ? `${dim("functions │")} ${text}` : `${red("problem   │")} ${text}`;
}

export function readyScreen(stack: Stack, options: Options, milliseconds: number, paint: Paint): string {
  const { bold, dim, green } = paint;
  const seconds = (milliseconds / 1000).toFixed(1);
  const rows = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([name, value]) => `  ${name.padEnd(11)}${value}`);
  return [
    "",
    `${green("✔")} ${bold("PolicyLedger runs")} ${dim(`after ${seconds} s${options.official ? ", with Google's emulators" : ""}`)}`,
    "",
    ...rows([
      ["Page", bold(`${stack.urls.hosting}/`)],
      ["API", `${stack.urls.hosting}/api/v1/`],
      ["Functions", `${stack.running.functions.join(", ")}  ${dim(stack.urls.functions)}`],
      ["Firestore", `${HOST}:${stack.ports.firestore}  ${dim(`project ${PROJECT_ID}`)}`],
      ["Pub/Sub", `${HOST}:${stack.ports.pubsub}`],
      ["Hub", `${stack.urls.hub}/emulators`],
    ]),
    "",
    ...rows([
      ["Data", dataLine(stack, options)],
      ["Logs", stack.folders.logs],
    ]),
    "",
    bold("Try"),
    ...tries(stack, options).map((line) => `  ${line}`),
    "",
    `Stop with ${bold("Ctrl-C")}; a second one stops at once.`,
    "",
  ].join("\n");
}

function dataLine({ folders, imported }: Stack, { memory, official }: Options): string {
  const from = imported === null ? "" : `, begun with ${imported}`;
  if (official) return "in memory: Google's emulators keep nothing by themselves";
  if (memory) return `in memory, gone at the end${from}`;
  return `${folders.data}${from}  (kept; start anew with: npm start -- --fresh)`;
}

/** Each of these lines works as it stands. */
function tries({ urls, ports, environment }: Stack, { admin }: Options): string[] {
  const documents = `http://${HOST}:${ports.firestore}/emulator/v1/projects/${PROJECT_ID}/databases/(default)/documents`;
  return [
    `curl ${urls.hosting}/api/v1/health`,
    `curl ${urls.hub}/emulators`,
    `curl -X DELETE '${documents}'   # empties the database`,
    ...(admin ? [`curl http://${HOST}:${ports.firestore}/admin/faults`] : []),
    `export FIRESTORE_EMULATOR_HOST=${environment.FIRESTORE_EMULATOR_HOST} PUBSUB_EMULATOR_HOST=${environment.PUBSUB_EMULATOR_HOST} GCLOUD_PROJECT=${PROJECT_ID}   # for clients of your own`,
  ];
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
