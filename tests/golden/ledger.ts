// The ledger: entries with their text and hash, the audit of a chain and of every way to spoil it, the ranking, reuse.
import {
  type AuditOptions,
  auditChain,
  behaviourOf,
  best,
  canonicalJson,
  EMPTY_RANKING,
  type Entry,
  type EntryContent,
  entryHash,
  evaluate,
  foldRanking,
  type Head,
  type Host,
  headOf,
  type Json,
  leafHash,
  makeEnvironment,
  type PolicyEntry,
  policyContent,
  type Ranking,
  readArtifact,
  readEntry,
  reusePolicy,
  type Sealed,
  sealEntry,
} from "@policyledger/core";
import { answer, type GoldenCase } from "./case.ts";
import { planClaim, submissions } from "./claims.ts";
import { SIGNATURES } from "./signatures.ts";

/** Contents in order: policies with an evaluation and without, and a plan. */
function contents(host: Host): EntryContent[] {
  const policies = submissions().map(({ claim, artifact, signature }, i) => {
    const found = { claim_id: host.sha256(canonicalJson({ ...claim })), signature };
    if (i % 3 === 1) return policyContent(claim, found);
    const env = makeEnvironment(claim.env_id, claim.env_config);
    return policyContent(claim, {
      ...found,
      evaluation: evaluate(host, env, behaviourOf(readArtifact(artifact))),
    });
  });
  const { v: _, ...plan } = planClaim;
  const claim_id = host.sha256(canonicalJson(planClaim));
  return [...policies, { ...plan, claim_id, commits: 3, ops: 12, signature: SIGNATURES[policies.length]! }];
}

/** The fourth comes from a clock that was set back. */
const TIMES = [
  "2026-01-01T00:00:00.000Z",
  "2026-01-01T00:00:00.001Z",
  "2028-02-29T23:59:59.999Z",
  "2027-12-31T12:00:00.000Z",
  "2028-02-29T23:59:59.999Z",
  "2028-03-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
];

function chainOf(host: Host, parts: readonly EntryContent[] = contents(host)): Sealed[] {
  const chain: Sealed[] = [];
  let head: Head | null = null;
  for (const [i, content] of parts.entries()) {
    const sealed: Sealed = sealEntry(host, head, content, TIMES[i]!);
    chain.push(sealed);
    head = headOf(sealed);
  }
  return chain;
}

function audits(host: Host): Json {
  const chain = chainOf(host);
  const texts = chain.map(({ text }) => text);
  const expected = { size: texts.length, head: chain.at(-1)!.current_hash };
  const audit = (of: readonly string[], options?: AuditOptions): Json =>
    JSON.parse(JSON.stringify(auditChain(host, of, options)));
  const changed = (i: number, from: string | RegExp, to: string): string[] =>
    texts.map((text, at) => (at === i ? text.replace(from, to) : text));
  const [first, second] = contents(host) as [EntryContent, EntryContent];
  const sealedAs = (content: EntryContent, head: Head | null): string =>
    sealEntry(host, head, content, TIMES[6]!).text;
  return {
    none: audit([]),
    noneExpected: audit([], { expected: { size: 0, head: null } }),
    whole: audit(texts),
    signed: audit(texts, { expected, signatures: true }),
    cut: audit(texts.slice(0, -1), { expected }),
    surplus: audit(texts, { expected: { size: 6, head: chain[5]!.current_hash } }),
    lastAltered: audit(changed(6, '"ops":12', '"ops":13'), { expected }),
    altered: audit(
      changed(2, /"timestamp":"2028-02-29T23:59:59.999Z"/, '"timestamp":"2028-02-29T23:59:59.998Z"'),
    ),
    rewarded: audit(changed(0, /"verified_reward":/, '"verified_reward":1')),
    removed: audit(texts.filter((_, i) => i !== 3)),
    swapped: audit([texts[1]!, texts[0]!]),
    genesis: audit([texts[0]!, sealedAs(second, null).replace('"index":0', '"index":1')]),
    predecessor: audit([
      sealedAs(first, { index: 0, current_hash: entryHash(host, "x"), timestamp: TIMES[0]! }).replace(
        '"index":1',
        '"index":0',
      ),
    ]),
    earlier: audit([
      texts[6]!
        .replace('"index":6', '"index":0')
        .replace(/"previous_hash":"\w+"/, '"previous_hash":"genesis"'),
      sealedLate(host),
    ]),
    twice: audit([texts[0]!, sealedAs(first, headOf(chain[0]!))]),
    unsigned: audit(changed(1, /"signature":"\w+"/, `"signature":"${SIGNATURES[0]}"`), { signatures: true }),
    unreadable: [
      " ",
      "{}",
      texts[0]!.replace("{", "{ "),
      `${texts[0]} `,
      texts[0]!.replace('"v":1', '"v":2'),
    ].map((text) => audit([text])),
    noLeapDay: audit(changed(0, "2026-01-01T", "2026-02-29T")),
  };
}

/** An entry of an early time behind one of the latest. */
function sealedLate(host: Host): string {
  const parts = contents(host);
  const plan = chainOf(host).at(-1)!.text;
  const alone = plan
    .replace('"index":6', '"index":0')
    .replace(/"previous_hash":"\w+"/, '"previous_hash":"genesis"');
  return sealEntry(
    host,
    { index: 0, current_hash: entryHash(host, alone), timestamp: TIMES[0]! },
    parts[0]!,
    TIMES[0]!,
  ).text;
}

/** The chain's entries again and again, as if agents kept claiming: ties, better ones, one hash from many seeds. */
function manyEntries(host: Host): Entry[] {
  const entries = chainOf(host).map(({ entry }) => entry);
  return Array.from({ length: 300 }, (_, index) => {
    const entry = entries[(index * 5 + 3) % entries.length]!;
    if (entry.kind === "plan") return { ...entry, index };
    const policy_hash = host.sha256(`policy ${index % 130}`);
    const { evaluation } = entry;
    const moved = evaluation && {
      ...evaluation,
      expected: evaluation.expected - (index % 11),
      behaviour_hash: host.sha256(`behaviour ${index % 45}`),
    };
    const varied: PolicyEntry = {
      ...entry,
      index,
      policy_hash,
      verified_reward: entry.verified_reward + ((index * 7) % 23),
    };
    return moved === undefined ? varied : { ...varied, evaluation: moved };
  });
}

const rankingJson = (ranking: Ranking): Json => JSON.parse(JSON.stringify(ranking));

function reuse(host: Host): Json {
  const chain = chainOf(host);
  return submissions().map(({ artifact }, i) => {
    const entry = chain[i]!.entry as PolicyEntry;
    const reused = reusePolicy(host, entry, artifact);
    return [0, 1, 2].map((seed) => ({ ...reused.run(seed) }));
  });
}

function reuseRefused(host: Host): Json {
  const [{ artifact }, , { artifact: other }] = submissions() as [
    { artifact: string },
    unknown,
    { artifact: string },
  ];
  const entry = chainOf(host)[0]!.entry as PolicyEntry;
  const refused = (changes: Partial<PolicyEntry>, text: string): Json =>
    answer(() => reusePolicy(host, { ...entry, ...changes }, text).artifact.kind);
  return [
    refused({}, artifact),
    refused({}, other),
    refused({ verified_reward: entry.verified_reward - 1 }, artifact),
    refused({ env_id: "energy-slot-v1" }, artifact),
    refused({ env_config: { preset: "none" } }, artifact),
    refused({ policy_hash: host.sha256("{") }, "{"),
    refused({ policy_hash: host.sha256("[] ") }, "[] "),
    refused({ policy_hash: host.sha256("[]") }, "[]"),
  ];
}

function entriesRefused(host: Host): Json {
  const [content] = contents(host) as [EntryContent];
  const { text } = chainOf(host)[0]!;
  const seal = (changes: object, now = TIMES[0]!): Json =>
    answer(() => sealEntry(host, null, { ...content, ...changes } as EntryContent, now).text);
  return [
    seal({}, "2026-02-30T00:00:00.000Z"),
    seal({}, "2026-01-01T00:00:00Z"),
    seal({ agent_id: "\u202e\ud83d\ude00" }),
    seal({ seed: 1e21 }),
    seal({ seed: 0.1 }),
    seal({ verified_reward: -0 }),
    seal({ verified_reward: -9007199254740992 }),
    seal({ evaluation: { method: "exact-v2" } }),
    seal({ more: true }),
    seal({ env_config: { a: "x".repeat(2_048) } }),
    ...[
      "",
      "null",
      text.slice(1),
      text.replace('"index":0', '"index":00'),
      text.replace('"seed":7', '"seed":7.0'),
    ].map((other) => answer(() => readEntry(other).index)),
  ];
}

export const ledgerCases: readonly GoldenCase[] = [
  {
    name: "entry: texts and hashes",
    value: (host) => chainOf(host).map(({ text, current_hash }) => [text, current_hash]),
  },
  {
    name: "entry: read back",
    value: (host) =>
      chainOf(host).map(({ text, entry, current_hash }) => [
        canonicalJson(readEntry(text) as unknown as Json) === canonicalJson(entry as unknown as Json),
        entryHash(host, text) === current_hash && leafHash(host, text) === current_hash,
      ]),
  },
  { name: "entry: refused", value: entriesRefused },
  { name: "chain: audits of a whole one and of spoilt ones", value: audits },
  {
    name: "ranking: of the chain",
    value: (host) =>
      rankingJson(
        foldRanking(
          EMPTY_RANKING,
          chainOf(host).map(({ entry }) => entry),
        ),
      ),
  },
  {
    name: "ranking: of 300 entries, in pieces",
    value: (host) => {
      const entries = manyEntries(host);
      const half = foldRanking(EMPTY_RANKING, entries.slice(0, 137));
      const ranking = foldRanking(half, entries);
      const firsts = Object.values(ranking.boards).flatMap(({ env_id, preset }) =>
        (["reward", "expected"] as const).map((by) => best(ranking, env_id, preset, by)?.index ?? null),
      );
      return [
        rankingJson(half),
        rankingJson(ranking),
        firsts,
        answer(() => foldRanking(EMPTY_RANKING, entries.slice(1)).size),
      ];
    },
  },
  { name: "reuse: episodes of recorded policies", value: reuse },
  { name: "reuse: refused", value: reuseRefused },
];
