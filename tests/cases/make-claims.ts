// Writes three case files for whoever ports verification: verdicts.json (submissions and their verdicts), audits.json
// (ledgers and the first entry that does not hold) and evaluations.json (policies and their exact evaluation).
// The expected answers stand here as literals; claims-cases.test.ts holds the code to them.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Artifact,
  claimText,
  evaluate,
  type Head,
  headOf,
  type JsonObject,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  policyContent,
  policyHash,
  runEpisode,
  type Sealed,
  sealEntry,
} from "@policyledger/core";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";

const SECRET = "02".repeat(32);

const monitor: Artifact = { v: 1, kind: "rules", env_id: "cyber-defense-v1", default_action: 1, rules: [] };
const save: Artifact = { v: 1, kind: "rules", env_id: "energy-slot-v1", default_action: 0, rules: [] };
const useOnDemand: Artifact = { ...save, rules: [{ when: { demand: [1] }, action: 1 }] };
const random: Artifact = { v: 1, kind: "random", env_id: "cyber-defense-v1" };
const fractions: Artifact = {
  v: 1,
  kind: "q-table",
  env_id: "cyber-defense-v1",
  default_action: 3,
  q: [
    [0, 1e-7, 0.1, -0.5, 100000000000, 0],
    [5, 0.000001, 1.5e-6, 123456.789, -1e12, 2.5],
  ],
};

function claimOf(
  artifact: Artifact,
  seed: number,
  env_config: JsonObject = {},
  changes: Partial<PolicyClaim> = {},
): PolicyClaim {
  const env = makeEnvironment(artifact.env_id, env_config);
  return {
    v: 1,
    kind: "policy",
    agent_id: "cases/agent",
    public_key: publicKeyOf(SECRET),
    env_id: artifact.env_id,
    env_config,
    seed,
    policy_hash: policyHash(nodeHost, artifact),
    claimed_reward: runEpisode(env, loadPolicy(artifact), seed).reward,
    ...changes,
  };
}

const signed = (claim: PolicyClaim) => sign(SECRET, new TextEncoder().encode(claimText(claim)));
const hashOf = (artifact: unknown) => policyHash(nodeHost, artifact as Artifact);

function verdicts() {
  const honest = claimOf(monitor, 1);
  const unknownState = { ...fractions, q: [[108, 0, 0, 0, 0, 0]] };
  const elsewhere = { ...monitor, env_id: "nowhere-v1" };
  const of = (
    name: string,
    claim: PolicyClaim,
    artifact: unknown,
    expected: object,
    signature = signed(claim),
  ) => ({
    name,
    submission: { artifact, claim, signature },
    expected,
  });
  const invalid = (reason: string, more: object = {}) => ({ verdict: "INVALID", reason, ...more });
  const valid = (reward: number) => ({ verdict: "VALID", verified_reward: reward });
  return [
    of("rules, standard by default", honest, monitor, valid(honest.claimed_reward)),
    of(
      "a preset by name",
      claimOf(monitor, 1, { preset: "extended" }),
      monitor,
      valid(claimOf(monitor, 1, { preset: "extended" }).claimed_reward),
    ),
    of("a configuration of its own", claimOf(save, 7, { slots: 3 }), save, valid(50)),
    of(
      "a Q-table with fractions",
      claimOf(fractions, 9),
      fractions,
      valid(claimOf(fractions, 9).claimed_reward),
    ),
    of("a random policy", claimOf(random, 11), random, valid(claimOf(random, 11).claimed_reward)),
    of("the largest seed", claimOf(save, 2 ** 53 - 1), save, valid(50)),
    of(
      "another key's signature",
      honest,
      monitor,
      invalid("bad_signature"),
      sign("03".repeat(32), new TextEncoder().encode(claimText(honest))),
    ),
    of("a changed claim", { ...honest, seed: 2 }, monitor, invalid("bad_signature"), signed(honest)),
    of("another artifact", honest, random, invalid("hash_mismatch")),
    of(
      "an unknown state",
      claimOf(monitor, 1, {}, { policy_hash: hashOf(unknownState) }),
      unknownState,
      invalid("artifact_refused"),
    ),
    of(
      "an artifact for another environment",
      claimOf(monitor, 1, {}, { policy_hash: hashOf(save) }),
      save,
      invalid("artifact_refused"),
    ),
    of(
      "an unknown environment",
      claimOf(monitor, 1, {}, { env_id: "nowhere-v1", policy_hash: hashOf(elsewhere) }),
      elsewhere,
      invalid("unknown_environment"),
    ),
    of(
      "an unknown preset",
      claimOf(monitor, 1, {}, { env_config: { preset: "easy" } }),
      monitor,
      invalid("bad_config"),
    ),
    of(
      "a fraction in the configuration",
      claimOf(monitor, 1, {}, { env_config: { horizon: 1.5 } }),
      monitor,
      invalid("bad_config"),
    ),
    of(
      "a reward that is one too high",
      { ...honest, claimed_reward: honest.claimed_reward + 1 },
      monitor,
      invalid("reward_mismatch", { replayed_reward: honest.claimed_reward }),
    ),
    of(
      "a wrong reward and a bad signature",
      { ...honest, claimed_reward: 0 },
      monitor,
      invalid("bad_signature"),
      "00".repeat(64),
    ),
  ];
}

function ledger(claims: readonly PolicyClaim[], times: readonly string[]): Sealed[] {
  const entries: Sealed[] = [];
  let head: Head | null = null;
  for (const [i, claim] of claims.entries()) {
    const content = policyContent(claim, {
      claim_id: nodeHost.sha256(claimText(claim)),
      signature: signed(claim),
    });
    const sealed = sealEntry(nodeHost, head, content, times[i]!);
    entries.push(sealed);
    head = headOf(sealed);
  }
  return entries;
}

function audits() {
  const times = [0, 1, 2, 3].map((second) => `2026-01-01T00:00:0${second}.000Z`);
  const claims = [1, 2, 3, 4].map((seed) => claimOf(monitor, seed));
  const whole = ledger(claims, times);
  const [a, b, c, d] = whole.map(({ text }) => text) as [string, string, string, string];
  const expected = { size: 4, head: whole[3]!.current_hash };
  const other = ledger(
    [5, 6, 7, 8].map((seed) => claimOf(monitor, seed)),
    times,
  );
  const twice = ledger([claims[0]!, claims[1]!, claims[0]!], times);
  const later = c.replace("00:00:02.000Z", "00:00:02.001Z");
  const early = ledger(claims, times)[0]!.text.replace("2026-01-01T00:00:00", "2026-01-02T00:00:00");
  const afterEarly = sealEntry(
    nodeHost,
    { index: 0, current_hash: nodeHost.sha256(`\0${early}`), timestamp: times[0]! },
    policyContent(claims[1]!, {
      claim_id: nodeHost.sha256(claimText(claims[1]!)),
      signature: signed(claims[1]!),
    }),
    times[1]!,
  ).text;
  const of = (name: string, entries: string[], fault: object | null, more: object = { expected }) => ({
    name,
    entries,
    ...more,
    fault,
  });
  // What no audit can be told: it is refused before any entry is looked at.
  const refused = (name: string, entries: string[], more: object) => ({
    name,
    entries,
    ...more,
    refused: "invalid_audit",
  });
  const heads = whole.map(headOf);
  const at = (index: number, code: string) => ({ index, code });
  const signatures = { expected, signatures: true };
  return [
    of("whole", [a, b, c, d], null),
    of("whole, with signatures", [a, b, c, d], null, signatures),
    of("empty", [], null, { expected: { size: 0, head: null } }),
    of("tail unchecked", [a, b, c], null, {}),
    of("tail cut", [a, b, c], at(3, "missing_tail")),
    of("one entry more than expected", [a, b, c, d], at(3, "surplus_tail"), {
      expected: { size: 3, head: whole[2]!.current_hash },
    }),
    of("first entry removed", [b, c, d], at(0, "wrong_index")),
    of("middle entry removed", [a, c, d], at(1, "wrong_index")),
    of("two entries swapped", [a, c, b, d], at(1, "wrong_index")),
    of("an entry twice", [a, b, b, c, d], at(2, "wrong_index")),
    of("white space", [a, b.replace('"v":1', '"v": 1'), c, d], at(1, "unreadable")),
    of(
      "a day that the calendar has not",
      [a, b.replace("2026-01-01", "2026-02-29"), c, d],
      at(1, "unreadable"),
    ),
    of("a time changed in the middle", [a, b, later, d], at(2, "altered")),
    of("a time changed at the end", [a, b, c, d.replace("03.000Z", "03.001Z")], at(3, "altered")),
    of(
      "a reward changed",
      [a, b.replace(/"verified_reward":-?\d+/, '"verified_reward":1'), c, d],
      at(1, "wrong_claim_id"),
    ),
    of("another ledger's end", [a, b, other[2]!.text, other[3]!.text], at(1, "altered"), {}),
    of(
      "another ledger throughout",
      other.map(({ text }) => text),
      at(3, "altered"),
    ),
    of("no genesis", [a.replace('"genesis"', `"${"0".repeat(64)}"`), b, c, d], at(0, "no_genesis")),
    of(
      "genesis again",
      [a, b.replace(/"previous_hash":"[0-9a-f]+"/, '"previous_hash":"genesis"'), c, d],
      at(1, "no_genesis"),
    ),
    of("an earlier time", [early, afterEarly], at(1, "earlier_time"), {}),
    of(
      "a claim twice",
      twice.map(({ text }) => text),
      at(2, "claim_twice"),
      {},
    ),
    of(
      "a signature of another claim",
      [a, b, c, d].map((text, i) =>
        i < 3 ? text : text.replace(/"signature":"[0-9a-f]+"/, `"signature":"${"0".repeat(128)}"`),
      ),
      at(3, "bad_signature"),
      signatures,
    ),
    of("from a trusted entry on", [c, d], null, { from: heads[1], expected }),
    of("from the last entry on", [], null, { from: heads[3], expected }),
    of("from a trusted entry on, tail cut", [c], at(3, "missing_tail"), { from: heads[1], expected }),
    of("from a trusted entry on, another one behind it", [other[2]!.text], at(2, "altered"), {
      from: heads[1],
    }),
    refused("from an entry behind the expected end", [], {
      from: heads[3],
      expected: { ...expected, size: 3 },
    }),
    refused("from an entry of a ledger that is to be empty", [], {
      from: heads[0],
      expected: { size: 0, head: null },
    }),
    refused("from an index below 0", [c, d], { from: { ...heads[1], index: -1 } }),
    refused("from a hash in upper case", [c, d], {
      from: { ...heads[1], current_hash: heads[1]!.current_hash.toUpperCase() },
    }),
    refused("from a day that the calendar has not", [c, d], {
      from: { ...heads[1], timestamp: "2026-02-29T00:00:01.000Z" },
    }),
    refused("a size that is none", [a, b], { expected: { ...expected, size: 1.5 } }),
    refused("a head that is none", [a, b], { expected: { size: 2, head: "genesis" } }),
  ];
}

function evaluations() {
  const of = (artifact: Artifact, env_config: JsonObject = {}) => ({
    env_id: artifact.env_id,
    env_config,
    artifact,
    policy_hash: policyHash(nodeHost, artifact),
    evaluation: evaluate(
      nodeHost,
      makeEnvironment(artifact.env_id, env_config),
      loadPolicy(artifact).behaviour,
    ),
  });
  return [
    of(monitor),
    of(random),
    of(fractions),
    of(fractions, { horizon: 1 }),
    of(save),
    of(save, { slots: 1 }),
    of(useOnDemand),
    of(useOnDemand, { preset: "half_battery" }),
  ];
}

/** One case a line, so that a change shows which. */
function lines(cases: readonly object[]): string {
  return `[\n${cases.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`;
}

/** The files as they are committed. */
export function claimFiles(): Readonly<Record<string, string>> {
  return {
    "verdicts.json": lines(verdicts()),
    "audits.json": lines(audits()),
    "evaluations.json": lines(evaluations()),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(claimFiles()))
    writeFileSync(new URL(`./${name}`, import.meta.url), text);
}
