// Makes the OpenAPI 3.1 document from the table of routes and the schemas that validate.

import { PROBLEMS, type ProblemCode, problem } from "@policyledger/core/api";
import * as z from "zod/mini";
import { named } from "./named-schemas.ts";
import type { Answer, Route } from "./route.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>;
    readonly headers: Readonly<Record<string, JsonObject>>;
  };
  readonly "x-problems": readonly {
    readonly code: string;
    readonly status: number;
    readonly title: string;
  }[];
}

const TAGS = [
  ["Claims", "Submit a claim, follow it, or ask for a verdict alone."],
  ["Ledger", "What was verified and recorded; every entry holds the hash of the one before it."],
  ["Log", "Signed checkpoints and proofs: how to see that everyone is shown the same ledger."],
  ["Marketplace", "The best policies of each environment and preset."],
  ["Policies", "Artifacts by their hash, and the environments that they are for."],
  ["Plans", "Documents of plans that were verified, and their receipts."],
  ["Training", "Training on the server, for those who have no machine of their own at hand."],
  ["Service", "The service itself."],
] as const;

/** Every route can meet these. */
const ALWAYS: readonly ProblemCode[] = [
  "invalid_request",
  "rate_limited",
  "overloaded",
  "internal",
  "unavailable",
];

export function openApiDocument(routes: readonly Route[], version: string): OpenApi {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const one of routes) {
    const path = `/api/v1${one.path}`;
    paths[path] = { ...paths[path], [one.method]: operation(one) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "PolicyLedger",
      version,
      description:
        "Claims of reinforcement-learning agents, replayed, verified and kept in a ledger that cannot be rewritten unseen. " +
        "Lists come in one envelope: `entries`, `size`, `head`, `next`. Errors are problem documents (RFC 9457) with a stable " +
        "`code` and every fault with its path. Rewards are integers in the environment's unit. Answers that never change are " +
        "immutable; the others have an ETag. A request may carry `x-request-id`; every answer does.",
    },
    servers: [{ url: "/" }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: componentSchemas(), headers: componentHeaders() },
    "x-problems": Object.entries(PROBLEMS).map(([code, [status, title]]) => ({ code, status, title })),
  };
}

const REFERENCE = "#/components/schemas/";

const HEADERS = {
  "x-request-id": [
    "string",
    "The request's own id, or a new one: under it the service's logs tell what was done.",
  ],
  etag: [
    "string",
    "Weak; to be sent as If-None-Match, and answered with 304 and no body where nothing has changed.",
  ],
  location: ["string", "Where to see how far it is."],
  "retry-after": ["integer", "After so many seconds the same request may succeed."],
} as const;

function componentHeaders(): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(HEADERS).map(([name, [type, description]]) => [name, { description, schema: { type } }]),
  );
}

/** The headers that tell a caller what to do next. */
function headersOf({ method, answers, isFleeting, problems }: Route, status: number): JsonObject {
  const names: (keyof typeof HEADERS)[] = ["x-request-id"];
  if (method === "get" && status === 200 && isFleeting !== true) names.push("etag");
  // Where something may be accepted for later, it is at the same place once it is there.
  if (202 in answers && (status === 200 || status === 202)) names.push("location");
  const comes = status === 404 && problems.includes("not_covered");
  if (status === 429 || status === 503 || comes) names.push("retry-after");
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function componentSchemas(): Record<string, JsonObject> {
  const { schemas } = z.toJSONSchema(named, {
    uri: (id) => `${REFERENCE}${id}`,
    unrepresentable: "any",
    io: "input",
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .map(
        ([id, { $schema: _, $id: __, id: ___, ...schema }]) => [id, schema as unknown as JsonObject] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function operation(one: Route): JsonObject {
  const { id, tag, summary, description, params, query, body, answers, problems } = one;
  const responses: Record<string, JsonObject> = {
    ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
    ...problemResponses([...problems, ...ALWAYS]),
  };
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [
        status,
        { ...response, headers: headersOf(one, Number(status)) },
      ]),
    ),
  };
}

function parametersOf(schema: z.ZodMiniObject, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" }) as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function contentOf(types: Readonly<Record<string, z.ZodMiniType | null>>): JsonObject {
  return Object.fromEntries(
    Object.entries(types).map(([type, schema]) => [
      type,
      // JSON whose form is described elsewhere is an object all the same.
      {
        schema: schema === null ? { type: type === "application/json" ? "object" : "string" } : refTo(schema),
      },
    ]),
  );
}

function refTo(schema: z.ZodMiniType): JsonObject {
  const entry = named.get(schema as never);
  if (entry === undefined) throw new Error("bug: a schema of the API has no name");
  return { $ref: `${REFERENCE}${entry.id}` };
}

function responseOf({ description, content }: Answer): JsonObject {
  return { description, ...(content && { content: contentOf(content) }) };
}

function problemResponses(codes: readonly ProblemCode[]): Record<string, JsonObject> {
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const [status, title] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}.`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      String(status),
      {
        description: lines.join(" "),
        content: { "application/problem+json": { schema: refTo(problem) } },
      },
    ]),
  );
}
