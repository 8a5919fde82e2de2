// The emulator's own HTTP calls: trigger registration, rules, clearing, export and import.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HttpHandler } from "../wire/port.ts";
import { StatusError } from "../wire/status.ts";
import type { Document } from "./document.ts";
import { exportDocuments, readExport } from "./export.ts";
import { type RulesIssue, rulesIssues } from "./rules.ts";
import type { Store } from "./store.ts";
import type { FirstRegistration, Registration, Triggers } from "./triggers.ts";

interface Parts {
  readonly store: Store;
  readonly triggers: Triggers;
  readonly seed: string | null;
  readonly rules: string | null;
}

/** The Emulator Suite's name for it. */
const DEFAULT_EXPORT = "firestore_export";

type Json = Readonly<Record<string, unknown>>;
type Answer = Response | Promise<Response>;

const ROUTES: readonly (readonly [
  string,
  RegExp,
  (parts: Parts, ids: string[], body: Json, url: URL) => Answer,
])[] = [
  ["POST", /^\/emulator\/v1\/projects\/([^/:]+)\/eventarcTrigger$/, registerTrigger],
  ["PUT", /^\/emulator\/v1\/projects\/([^/:]+)\/triggers\/([^/]+)$/, registerFirst],
  ["PUT", /^\/emulator\/v1\/projects\/([^/:]+):securityRules$/, putRules],
  ["DELETE", /^\/emulator\/v1\/projects\/([^/:]+)\/databases\/([^/]+)\/documents$/, clear],
  ["POST", /^\/emulator\/v1\/projects\/([^/:]+):export$/, exportAll],
  ["POST", /^\/emulator\/v1\/projects\/([^/:]+):import$/, importAll],
];

export async function control(parts: Parts): Promise<HttpHandler> {
  const { store, seed, rules } = parts;
  if (rules !== null)
    for (const issue of rulesIssues(readFileSync(rules, "utf8"))) console.error(textOf(rules, issue));
  if (seed !== null) {
    if (store.isNew) await load(store, seed);
    else console.error(`There is data already: ${seed} is not imported.`);
  }
  return (request) => handle(parts, request);
}

async function handle(parts: Parts, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === "/") return new Response("Ok\n");
  for (const [method, path, answer] of ROUTES) {
    const found = path.exec(url.pathname);
    if (found === null || method !== request.method) continue;
    try {
      const body: unknown = JSON.parse((await request.text()) || "{}");
      return await answer(parts, found.slice(1).map(decodeURIComponent), Object(body), url);
    } catch (error) {
      // Of the request: no JSON, a name that is badly encoded, a place that cannot be written.
      const isOurs = !(
        error instanceof SyntaxError ||
        error instanceof URIError ||
        error instanceof StatusError
      );
      if (isOurs) throw error;
      return failure(400, error.message);
    }
  }
  if (url.pathname.startsWith("/v1/") || url.pathname.includes("/google.firestore.v1.Firestore/"))
    return failure(
      501,
      "REST and the web channel are not implemented by the local Firestore: it speaks gRPC.",
    );
  return failure(404, `There is no ${request.method} ${url.pathname} here.`);
}

function registerTrigger({ triggers }: Parts, [project]: string[], body: Json, url: URL): Response {
  const key = url.searchParams.get("eventarcTriggerId");
  const fault = key
    ? triggers.register(key, project!, body as Registration)
    : "The parameter eventarcTriggerId is missing.";
  return fault === null ? Response.json({}) : failure(400, fault);
}

function registerFirst({ triggers }: Parts, [, key]: string[], body: Json): Response {
  const fault = triggers.registerFirst(key!, body as FirstRegistration);
  return fault === null ? Response.json({}) : failure(400, fault);
}

function putRules(_: Parts, __: string[], body: Json): Response {
  const { files } = Object(body.rules);
  if (!Array.isArray(files))
    return failure(400, "rules.files is wanted: a list of files with their content.");
  const issues = files.flatMap((file) => rulesIssues(String(Object(file).content)));
  return Response.json(issues.length === 0 ? {} : { issues });
}

/** Clears a database without raising events, as tests expect of it. */
async function clear({ store }: Parts, [project, database]: string[]): Promise<Response> {
  await store.clear(`projects/${project}/databases/${database}`);
  return Response.json({});
}

async function exportAll({ store }: Parts, [project]: string[], body: Json): Promise<Response> {
  const { database, export_directory: directory, export_name: name } = body;
  if (typeof directory !== "string" || typeof name !== "string")
    return failure(400, "export_directory and export_name are wanted.");
  exportDocuments(store.everything(databaseName(project!, database)), directory, name);
  return Response.json({});
}

async function importAll({ store }: Parts, _: string[], body: Json): Promise<Response> {
  const { export_directory: directory, export_name: name } = body;
  if (typeof directory !== "string") return failure(400, "export_directory is wanted.");
  const folder = typeof name === "string" ? name : DEFAULT_EXPORT;
  await load(store, join(directory, folder, `${folder}.overall_export_metadata`));
  return Response.json({});
}

async function load(store: Store, file: string): Promise<void> {
  const documents: Document[] = [...readExport(file)];
  await store.load(documents);
  console.log(`Imported ${documents.length} documents from ${dirname(file)}`);
}

function databaseName(project: string, database: unknown): string {
  const given = String(database ?? "(default)");
  return given.startsWith("projects/") ? given : `projects/${project}/databases/${given}`;
}

function textOf(file: string, { severity, description, sourcePosition }: RulesIssue): string {
  return `${file}:${sourcePosition.line}:${sourcePosition.column} ${severity} ${description}`;
}

/** In the form of Google's JSON errors. */
function failure(status: 400 | 404 | 501, message: string): Response {
  const names = { 400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 501: "UNIMPLEMENTED" };
  return Response.json({ error: { code: status, message, status: names[status] } }, { status });
}
