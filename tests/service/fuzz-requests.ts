// Requests that nobody would send who means well: bodies as the schemas want them but for one place, bodies of any
// bytes, parameters and headers of any kind; and claims that are signed and yet absurd.
import { gzipSync } from "node:zlib";
import { type Artifact, canonicalJson, claimText, type Json, type PolicyClaim } from "@policyledger/core";
import { generateKeyPair, nodeHost, sign } from "@policyledger/core/node";
import fc from "fast-check";
import { BASE, routes } from "../../functions/src/http/app.ts";
import { submissionOf } from "../../scripts/agents.ts";
import { agentNamed, bodyOf, CYBER, trainingBody } from "./agents.ts";
import { openApi, type Read } from "./api-client.ts";
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

const agent = agentNamed("fuzz/agent");
/** An artifact that is small enough to be changed everywhere. */
const RULES: Artifact = {
  default_action: 1,
  env_id: "cyber-defense-v1",
  kind: "rules",
  rules: [
    { action: 3, when: { attack_severity: [2] } },
    { action: 2, when: { attack_severity: [1], attack_type: [1, 2] } },
  ],
  v: 1,
};
const samples = [1, 2, 3].map((seed) => submissionOf(agent, RULES, CYBER, seed));
const HEX = hexOf(64);

/** By route: a body that it takes, as JSON. */
const good: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  "/claims": fc.constantFrom(...samples.map((one) => JSON.parse(bodyOf(one)))),
  "/verify": fc.oneof(
    fc.constantFrom(...samples.map((one) => JSON.parse(bodyOf(one)))),
    fc.constant({ agent_id: agent.id }),
    HEX.map((claim_id) => ({ claim_id })),
  ),
  "/train": fc.constant(JSON.parse(trainingBody({ ...CYBER, episodes: 20 }))),
};

const posts = routes.filter(({ method }) => method === "post");

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

/** Signed by a key that means it: whatever this is, it is judged by the stations and not only by the door. */
const signedClaims: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("fuzz/a", "fuzz/b", ".", "..", "__proto__", "/", "~", "a/../b", "__x__"),
    fc.oneof(
      fc.constant("cyber-defense-v1"),
      fc.constantFrom("energy-slot-v1", "chess-v1", "constructor", "-"),
    ),
    fc.oneof(
      fc.constantFrom(
        {},
        { preset: "standard" },
        { preset: "extended" },
        { preset: "__proto__" },
        { preset: 1 },
      ),
      fc.dictionary(fc.stringMatching(/^[a-z_~/.]{1,9}$/), fc.jsonValue(), { maxKeys: 5 }),
    ),
    fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)),
    fc.oneof(fc.constantFrom(samples[0]!.claim.claimed_reward, 0, Number.MIN_SAFE_INTEGER), fc.integer()),
    fc.oneof(
      fc.constant(samples[0]!.artifact),
      mutantsOf(RULES),
      fc
        .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 4 })
        .map((one) => JSON.stringify(one)),
    ),
  )
  .map(([agent_id, env_id, env_config, seed, claimed_reward, text]) => {
    const { secretKey, publicKey } = agentNamed(agent_id);
    const artifact = plainJson(text) ?? {};
    const claim = {
      ...{ v: 1, kind: "policy", agent_id, public_key: publicKey, env_id, env_config, seed, claimed_reward },
      policy_hash: nodeHost.sha256(canonicalJson(artifact)),
    } as unknown as PolicyClaim;
    return JSON.stringify({ claim, signature: sign(secretKey, utf8(claimText(claim))), artifact });
  });

/** A mutant that is strict JSON none the less. */
function plainJson(text: string): Json | null {
  try {
    const value = JSON.parse(text) as Json;
    canonicalJson(value);
    return value;
  } catch {
    return null;
  }
}

/** Trainings that are signed, each by a key of its own, and short if they are trainings at all. */
const signedTrainings: fc.Arbitrary<string> = mutantsOf({ ...CYBER, episodes: 20, env_config: {} }).map(
  (text) => {
    const { secretKey, publicKey } = generateKeyPair();
    const request = { v: 1, kind: "train", public_key: publicKey, training: plainJson(text), claim_seed: 1 };
    const signature = sign(secretKey, utf8(canonicalJson(request as Json)));
    return JSON.stringify({ request, signature });
  },
);

const oddSegments = [
  ...[
    "0",
    "-1",
    "00",
    "1e9",
    "9".repeat(30),
    "0".repeat(64),
    "%00",
    "%ff%fe",
    "%zz",
    "%",
    "%2e%2e",
    "..",
    ".",
    "%2F",
  ],
  ...[
    "__proto__",
    "constructor",
    "{index}",
    ":index",
    "*",
    "a".repeat(5_000),
    "é",
    "%F0%9F%98%80",
    "head",
    "best",
    ";x=1",
  ],
];
const segments = fc.oneof(fc.constantFrom(...oddSegments), HEX, fc.webSegment());
const queries = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(
            "order",
            "from",
            "limit",
            "env_id",
            "preset",
            "by",
            "x",
            "__proto__",
            "a/~b",
            "k".repeat(500),
          ),
          fc.oneof(
            fc.constantFrom("", "0", "-1", "1e3", "newest", "standard", "9".repeat(20), " 1", "1 ", "\u0000"),
            fc.string(),
          ),
        ),
        { maxLength: 4 },
      )
      .map(
        (pairs) =>
          `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`).join("&")}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "?",
      "?&&",
      "?=",
      "?%",
      "?limit=%ff",
      "?limit=1;order=oldest",
      `?${"&a".repeat(3_000)}`,
      "?limit[]=1",
    ),
  },
);

const paths = fc
  .tuple(
    fc.constantFrom(...routes.map(({ path }) => path), "/nothing", "", "//", "/ledger/0/1"),
    segments,
    queries,
  )
  .map(([path, segment, query]) => path.replace(/\{\w+\}/, () => segment) + query);

/** What a header may hold at all: anything but what ends it. */
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
});
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["if-none-match", ["*", '"', "W/", '"a", "b"', '"'.repeat(5_000), "W/".repeat(5_000)]],
  ["accept", ["text/event-stream", ";q=", "*/*;q=0", ",".repeat(5_000), "text/event-stream;".repeat(500)]],
  ["accept-encoding", ["gzip", "gzip;q=0", "identity;q=0", "*;q=0.5", "br;q=x", "gzip,".repeat(2_000)]],
  ["last-event-id", ["-1", "1e99", "9".repeat(5_000), "RECORDED", "%00"]],
  [
    "x-forwarded-for",
    ["unknown", "::1", "1.2.3.4:5", "[::1]:5", "1.2.3.4,".repeat(2_000), ",,,", "fe80::1%eth0"],
  ],
  ["x-request-id", ["<script>", "a".repeat(64), "a".repeat(65), "..", "12345678"]],
  ["traceparent", ["00-", `00-${"0".repeat(32)}-x`, "a".repeat(5_000)]],
  ["content-length", ["-1", "x", "1e9", "0"]],
  ["range", ["bytes=0-1"]],
  ["origin", ["null", "https://evil.test"]],
];
const headers = fc.oneof(
  { weight: 4, arbitrary: fc.constant([] as (readonly [string, string])[]) },
  {
    weight: 4,
    arbitrary: fc.array(
      fc
        .constantFrom(...HEADERS)
        .chain(([name, values]) =>
          fc.oneof(fc.constantFrom(...values), headerText).map((value) => [name, value] as const),
        ),
      { maxLength: 4 },
    ),
  },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 500 }, (_, i) => [`x-many-${i}`, "y"] as const)) },
);

const writes = fc.oneof(
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
