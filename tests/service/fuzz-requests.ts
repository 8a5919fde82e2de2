// Requests that nobody would send who means well: bodies as the schemas want them but for one place, bodies of any
// bytes, bodies that are not what their headers say, and reads of all that there is and is not.
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { BASE, routes } from "../../functions/src/http/app.ts";
import { bodyOf, CYBER, trainingBody } from "./agents.ts";
import { openApi, type Read } from "./api-client.ts";
import { headers, paths } from "./fuzz-addresses.ts";
import { agent, samples, signedClaims, signedTrainings } from "./fuzz-signed.ts";
import { hexOf, mutantsOf, valuesOf } from "./fuzz-values.ts";

export interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

const JSON_TYPE = "application/json";
const NDJSON = "application/x-ndjson";
const utf8 = (text: string) => new TextEncoder().encode(text);

/** By route: a body that it takes, as JSON. */
const good: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  "/claims": fc.constantFrom(...samples.map((one) => JSON.parse(bodyOf(one)))),
  "/verify": fc.oneof(
    fc.constantFrom(...samples.map((one) => JSON.parse(bodyOf(one)))),
    fc.constant({ agent_id: agent.id }),
    hexOf(64).map((claim_id) => ({ claim_id })),
  ),
  "/train": fc.constant(JSON.parse(trainingBody({ ...CYBER, episodes: 20 }))),
};

const posts = routes.filter(({ method, body }) => method === "post" && body?.[JSON_TYPE] !== undefined);

const root = Buffer.alloc(32, 7).toString("base64");
const line = `\u2014 ledger.example ${Buffer.alloc(68, 1).toString("base64")}\n`;
const note = `ledger.example\n1\n${root}\n\n${line}`;
/** Notes with anything in the place of one of their parts. */
const notes = fc
  .tuple(fc.constantFrom("ledger.example", "1", root, "\u2014", line, "\n"), fc.string({ unit: "binary" }))
  .map(([part, put]) => note.replace(part, put));

/** A JSON text for a route: from its schema, or a good one, and mostly with one mutation. */
function textsFor(path: string): fc.Arbitrary<string> {
  const operation = openApi.paths[BASE + path]!.post as Read;
  const values = fc.oneof(good[path]!, valuesOf(operation.requestBody.content[JSON_TYPE].schema));
  return values.chain((value) =>
    fc.oneof(
      { weight: 5, arbitrary: mutantsOf(value) },
      { weight: 1, arbitrary: fc.constant(JSON.stringify(value)) },
    ),
  );
}

/** Bytes that are no longer what they were. */
const damaged = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.nat({ max: bytes.length }).map((end) => bytes.slice(0, end)),
    fc.constant(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])),
    fc.constant(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString(), "utf16le")])),
    fc
      .tuple(fc.nat({ max: Math.max(0, bytes.length - 1) }), fc.nat({ max: 255 }))
      .map(([at, to]) => bytes.with(at, to)),
    fc.constant(Buffer.concat([bytes, bytes])),
    fc.uint8Array({ maxLength: 200 }),
  );

const BOMB = gzipSync(Buffer.alloc(1 << 26), { level: 9 });

function bodiesFor(path: string): fc.Arbitrary<Pick<Shot, "headers" | "body">> {
  const text = textsFor(path).map(utf8);
  const plain = (type: string) => (body: Uint8Array) => ({
    headers: [["content-type", type] as const],
    body,
  });
  const encoded = (body: Uint8Array) => ({
    headers: [
      ["content-type", JSON_TYPE],
      ["content-encoding", "gzip"],
    ] as const,
    body,
  });
  const types = [
    "",
    "text/plain",
    "application/json; charset=utf-16",
    "*/*",
    "application/jsonx",
    NDJSON,
    "a".repeat(9_000),
  ];
  const lines = fc
    .array(fc.oneof(text, fc.uint8Array({ maxLength: 30 })), { maxLength: 12 })
    .map((parts) => Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")])));
  return fc.oneof(
    { weight: 8, arbitrary: text.map(plain(JSON_TYPE)) },
    { weight: 3, arbitrary: text.chain(damaged).map(plain(JSON_TYPE)) },
    { weight: 2, arbitrary: lines.map(plain(NDJSON)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...types), text).map(([type, body]) => plain(type)(body)),
    },
    { weight: 1, arbitrary: text.map((body) => encoded(gzipSync(body))) },
    { weight: 1, arbitrary: text.chain((body) => damaged(gzipSync(body))).map(encoded) },
    { weight: 1, arbitrary: text.map(encoded) },
    { weight: 1, arbitrary: fc.constant(encoded(BOMB)) },
  );
}

const cosignatures = fc
  .tuple(
    fc.oneof(fc.constant(utf8(note)), notes.map(utf8), damaged(Buffer.from(note)), fc.constant(BOMB)),
    fc.constantFrom("text/plain", "text/plain; charset=utf-8", JSON_TYPE),
    fc.option(
      fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) }),
    ),
  )
  .map(([body, type, keys]) => ({
    method: "POST",
    path: "/log/cosignatures",
    headers: [["content-type", type] as const, ...(keys === null ? [] : [["x-witness-keys", keys] as const])],
    body,
  }));

const writes = fc.oneof(
  cosignatures,
  ...posts.map(({ path }) => bodiesFor(path).map((sent) => ({ method: "POST", path, ...sent }))),
);
const signed = (path: string, texts: fc.Arbitrary<string>) =>
  texts.map((text) => ({
    method: "POST",
    path,
    headers: [["content-type", JSON_TYPE] as const],
    body: utf8(text),
  }));
const reads = fc
  .tuple(
    fc.constantFrom("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "QUERY", "get"),
    paths,
  )
  .map(([method, path]) => ({ method, path, headers: [] as (readonly [string, string])[], body: null }));

export const shots: fc.Arbitrary<Shot> = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: writes },
      { weight: 4, arbitrary: reads },
      { weight: 2, arbitrary: signed("/claims", signedClaims) },
      { weight: 1, arbitrary: signed("/verify", signedClaims) },
      { weight: 1, arbitrary: signed("/train", signedTrainings) },
    ),
    headers,
  )
  .map(([shot, more]) => ({ ...shot, headers: [...more, ...shot.headers] }));
