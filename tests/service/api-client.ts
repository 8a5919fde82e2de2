// A caller of the API that holds every answer to what the API says of itself: to the schema of its route, and to the
// JSON Schema in the OpenAPI document, by its status and its media type.

import { type ProblemCode, problem as problemSchema } from "@policyledger/core/api";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type * as z from "zod/mini";
import { type Api, BASE, routes } from "../../functions/src/http/app.ts";
import { openApiDocument } from "../../functions/src/http/openapi.ts";
import type { Route } from "../../functions/src/http/route.ts";

export const openApi = openApiDocument(routes, "0.0.0");

/** JSON of an answer, read by tests that know its form. */
// biome-ignore lint/suspicious/noExplicitAny: the answer was held to its schema when it came.
export type Read = any;

export type Body = NonNullable<RequestInit["body"]>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Without parameters; "" where there is no body. */
  readonly type: string;
  readonly text: string;
  /** What JSON says; for NDJSON the list of what its lines say. */
  readonly body: Read;
  /** The problem's code, where it is one. */
  readonly code: ProblemCode | null;
}

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: Body;
}

export interface Client {
  /** `path` begins behind /api/v1, or with it. */
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: Body, headers?: Record<string, string>): Promise<Answer>;
}

export function clientOf(api: Api, remoteAddress = "203.0.113.1"): Client {
  const send = async (method: string, path: string, { headers = {}, body }: Sent = {}) => {
    const answer = await api.fetch(requestOf(method, path, headers, body), { remoteAddress });
    return checkAnswer(method, path, answer);
  };
  return {
    send,
    get: (path, headers) => send("GET", path, { headers: headers ?? {} }),
    post: (path, body, headers = {}) =>
      send("POST", path, { body, headers: { "content-type": "application/json", ...headers } }),
  };
}

export function requestOf(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Body | null,
): Request {
  const address = `http://policyledger.test${path.startsWith(BASE) ? "" : BASE}${path}`;
  return new Request(address, { method, headers, body: body ?? null, duplex: "half" } as RequestInit);
}

/** Reads the whole answer and checks it against its route. */
export async function checkAnswer(method: string, path: string, response: Response): Promise<Answer> {
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = headers.get("content-length");
  if (method !== "HEAD" && length !== null) expect(Number(length)).toBe(bytes.length);
  const text = new TextDecoder().decode(await decoded(bytes, headers.get("content-encoding")));
  const type = (headers.get("content-type") ?? "").split(";")[0]!;
  expect(headers.get("x-request-id")).toMatch(/^[A-Za-z0-9._-]{8,64}$/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  const empty = method === "HEAD" || status === 204 || status === 304;
  if (empty) expect(text).toBe("");
  const body = empty ? null : parsed(type, text);
  if (type === "application/problem+json") checkProblem(headers, status, body);
  if (status !== 204 && status !== 304) checkDeclared({ method, path, status, type, body, headers });
  const code = type === "application/problem+json" && !empty ? body.code : null;
  return { status, headers, type, text, body, code };
}

async function decoded(bytes: Uint8Array<ArrayBuffer>, encoding: string | null): Promise<ArrayBuffer> {
  if (encoding === null) return bytes.buffer;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(encoding as "gzip"));
  return new Response(stream).arrayBuffer();
}

function parsed(type: string, text: string): Read {
  if (type === "application/x-ndjson") {
    if (text === "") return [];
    expect(text.endsWith("\n")).toBe(true);
    return text
      .slice(0, -1)
      .split("\n")
      .map((line) => JSON.parse(line));
  }
  return /[/+]json$/.test(type) ? JSON.parse(text) : text;
}

function checkProblem(headers: Headers, status: number, body: Read): void {
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("etag")).toBe(null);
  if (body === null) return;
  expect(body.status).toBe(status);
  expect(body.request_id).toBe(headers.get("x-request-id"));
  const known = openApi["x-problems"].find(({ code }) => code === body.code);
  expect(known).toEqual({ code: body.code, status, title: body.title });
  expect(body.type).toBe(`${BASE}/docs#${body.code}`);
}

interface Declared {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly body: Read;
  readonly headers: Headers;
}

/** Headers by which a caller decides what to do next. */
const TELLING = ["x-request-id", "etag", "location", "retry-after"];

/** The answer stands in the table and in the document, and is of the form that both say. */
function checkDeclared({ method, path, status, type, body, headers }: Declared): void {
  const problem = type === "application/problem+json";
  const found = routeOf(method, path);
  if (found === null) {
    expect(body === null || problemSchema.safeParse(body).success).toBe(true);
    expect([404, 405, 429]).toContain(status);
    return;
  }
  const { responses } = openApi.paths[BASE + found.path]![found.method] as Read;
  const declared = responses[status];
  expect(declared, `${method} ${path} answers ${status}, which it does not say`).toBeDefined();
  const content = declared.content[type];
  expect(content, `${method} ${path} answers ${type}, which it does not say`).toBeDefined();
  const sent = TELLING.filter((name) => headers.has(name));
  expect(sent.filter((name) => declared.headers[name] === undefined)).toEqual([]);
  if (body === null) return;
  if (problem) expect(declared.description).toContain(`\`${body.code}\``);
  const zod = problem ? problemSchema : found.answers[status]!.content![type]!;
  if (zod === null) return void expect(body).toBeTypeOf(content.schema.type);
  for (const one of type === "application/x-ndjson" ? body : [body]) {
    conforms(one, zod, content.schema);
  }
}

/** Both that zod takes it and that JSON Schema does. */
export function conforms(value: unknown, zod: z.ZodMiniType, { $ref }: { $ref: string }): void {
  const result = zod.safeParse(value);
  expect(result.success ? [] : result.error.issues).toEqual([]);
  const valid = validatorOf($ref);
  expect(valid(value) ? [] : valid.errors).toEqual([]);
}

const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
ajv.addSchema(openApi, "openapi");

export function validatorOf($ref: string) {
  return ajv.getSchema(`openapi${$ref}`)!;
}

function routeOf(method: string, path: string): Route | null {
  const wanted = method === "HEAD" ? "get" : method.toLowerCase();
  const bare = path.split("?")[0]!.replace(BASE, "");
  const matches = routes.filter((one) => one.method === wanted && patternOf(one).test(bare));
  // A name that is written out goes before a parameter.
  return matches.find((one) => !one.path.includes("{")) ?? matches[0] ?? null;
}

const patternOf = ({ path }: Route) =>
  new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`);
