// Hostile inputs, and every way into the core that takes foreign input. Whatever comes in, the core answers with a
// value or with its own error, and soon.
import fc from "fast-check";
import { workedExample } from "../../tests/cases/make-worked-example.ts";
import { auditChain } from "../src/chain.ts";
import { parseClaim } from "../src/claim.ts";
import { readEntry } from "../src/entry.ts";
import { environmentKinds, makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { PolicyLedgerError } from "../src/error.ts";
import { type Json, parseCanonicalJson, parseJson } from "../src/json.ts";
import { MAX_FAULTS, MAX_TRAINING_STATE_BYTES } from "../src/limits.ts";
import { checkPlan } from "../src/nk2/check-plan.ts";
import { checkReceipts } from "../src/nk2/check-receipts.ts";
import { parsePlanDocument } from "../src/nk2/document.ts";
import { CLAIM_LIMITS } from "../src/nk2/host-limits.ts";
import { parseReceipts } from "../src/nk2/receipt-file.ts";
import { runPlan } from "../src/nk2/run.ts";
import { sealPlan } from "../src/nk2/seal.ts";
import { parseArtifact, readArtifact } from "../src/policies/artifact.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { spaceFromJson } from "../src/spaces/index.ts";
import { parseSubmission } from "../src/submission.ts";
import type { TrainingOptions } from "../src/training/config.ts";
import { resumeTraining, startTraining } from "../src/training/training.ts";
import { verifyClaim } from "../src/verify.ts";
import { CYBER, contents, ENERGY, everyArtifact, host, seal, sent, submissionOf } from "./samples.ts";

type Input = string | Uint8Array;

/** A way in, with inputs that it accepts. What it accepts is used, so that nothing half-checked goes unnoticed. */
export interface Door {
  readonly name: string;
  readonly good: readonly string[];
  enter(input: Input): void;
}

const LIMITS = { maxBytes: MAX_TRAINING_STATE_BYTES };
const ledger = seal(contents()).map(({ text }) => text);
const submissions = everyArtifact.map((artifact) => sent(submissionOf(artifact)));
const artifacts = everyArtifact.map((artifact) => JSON.stringify(artifact));
const CONFIGS = [
  { preset: "standard" },
  { preset: "extended", horizon: 3, severity_percent: [5, 0, 95], high_stays_percent: 100 },
  { slots: 4, battery_tenths: 1, demand_percent: 0 },
];
const SPACES: readonly Json[] = [
  { kind: "discrete", n: 3, start: -1 },
  {
    kind: "multi_discrete",
    nvec: [
      [2, 3],
      [4, 5],
    ],
  },
  { kind: "multi_binary", shape: [2, 3] },
  { kind: "box", low: [-1, 0], high: [1, 5], shape: [2], dtype: "float32" },
  { kind: "tuple", spaces: [{ kind: "dict", spaces: { a: { kind: "discrete", n: 2 } } }] },
];

/** What runs must be short: a fuzzer must not wait for an honest training of a hundred million episodes. */
const TRAININGS: readonly TrainingOptions[] = [
  { algorithm: "q-learning", env_id: CYBER, env_config: { horizon: 3 }, seed: 1, episodes: 9 },
  {
    algorithm: "double-q-learning",
    env_id: ENERGY,
    env_config: { slots: 3 },
    seed: 2,
    episodes: 9,
    replay: { capacity: 5, batch: 2 },
    early_stop: { window: 3, min_gain: 0, patience: 9 },
  },
];

function saved(options: TrainingOptions): string {
  const training = startTraining(options);
  training.advance(4);
  return training.save();
}

/** A way in for values: they come through the strict parser, as they always do. */
function ofValue(enter: (value: Json) => void): (input: Input) => void {
  return (input) => enter(parseJson(input, LIMITS));
}

const { plan } = workedExample();
const planSubmission = `{"claim":${plan.claim},"document":${plan.document},"signature":"${plan.signature}"}`;

/** What is read already must be answered, whatever it says. */
function answered(name: string, run: () => unknown): void {
  try {
    run();
  } catch (cause) {
    throw new Error(`${name} threw where it should have answered`, { cause });
  }
}

function enterSubmission(input: Parameters<typeof parseSubmission>[0]): void {
  const submission = parseSubmission(input);
  answered("verifyClaim", () => verifyClaim(host, submission));
}

export const doors: readonly Door[] = [
  { name: "parseJson", good: artifacts, enter: ofValue(() => {}) },
  {
    name: "parseCanonicalJson",
    good: ledger,
    enter: (input) => {
      parseCanonicalJson(input, LIMITS);
    },
  },
  {
    name: "parseSubmission and verifyClaim",
    good: submissions,
    enter: enterSubmission,
  },
  {
    name: "parseSubmission and verifyClaim of plans",
    good: [planSubmission],
    enter: enterSubmission,
  },
  {
    name: "sealPlan and checkPlan",
    good: [plan.draft],
    enter: ofValue((value) => {
      checkPlan(host, sealPlan(host, value), CLAIM_LIMITS);
    }),
  },
  {
    name: "parsePlanDocument and runPlan",
    good: [plan.document],
    enter: (input) => {
      const document = parsePlanDocument(input);
      answered("runPlan", () => runPlan(host, document, { limits: CLAIM_LIMITS }));
    },
  },
  {
    name: "parseReceipts and checkReceipts",
    good: [plan.receipts],
    enter: (input) => {
      const chain = parseReceipts(input);
      answered("checkReceipts", () => checkReceipts(host, parsePlanDocument(plan.document), chain));
    },
  },
  {
    name: "parseClaim",
    good: submissions.map((text) => JSON.stringify(JSON.parse(text).claim)),
    enter: ofValue((value) => {
      parseClaim(value);
    }),
  },
  { name: "parseArtifact", good: artifacts, enter: ofValue((value) => play(parseArtifact(value))) },
  {
    name: "readArtifact",
    good: everyArtifact.map((artifact) => submissionOf(artifact).artifact),
    enter: (input) => play(readArtifact(input)),
  },
  {
    name: "readEntry",
    good: ledger,
    enter: (input) => {
      readEntry(textOf(input));
    },
  },
  {
    name: "auditChain",
    good: [ledger.slice(0, 3).join("\n")],
    enter: (input) => {
      try {
        auditChain(host, textOf(input).split("\n"), { signatures: true });
      } catch (cause) {
        throw new Error("auditChain threw", { cause });
      }
    },
  },
  {
    name: "startTraining",
    good: TRAININGS.map((options) => JSON.stringify(options)),
    enter: ofValue((value) => run(startTraining(value as never))),
  },
  { name: "resumeTraining", good: TRAININGS.map(saved), enter: (input) => run(resumeTraining(input)) },
  {
    name: "makeEnvironment",
    good: CONFIGS.map((config) => JSON.stringify(config)),
    enter: ofValue((value) => {
      const refusals: PolicyLedgerError[] = [];
      for (const { id } of environmentKinds) {
        try {
          runEpisode(makeEnvironment(id, value), { begin: () => {}, act: () => 1 }, 1);
        } catch (error) {
          if (!(error instanceof PolicyLedgerError)) throw error;
          refusals.push(error);
        }
      }
      if (refusals.length === environmentKinds.length) throw refusals[0];
    }),
  },
  {
    name: "spaceFromJson",
    good: SPACES.map((space) => JSON.stringify(space)),
    enter: ofValue((value) => {
      spaceFromJson(value).describe();
    }),
  },
];

function textOf(input: Input): string {
  return typeof input === "string" ? input : new TextDecoder().decode(input);
}

function play(artifact: Parameters<typeof loadPolicy>[0]): void {
  runEpisode(makeEnvironment(artifact.env_id), loadPolicy(artifact), 1);
}

function run(training: ReturnType<typeof startTraining>): void {
  training.advance(1);
  training.artifact();
  resumeTraining(training.save());
}

/** What came of an input: it was accepted, or refused with the core's own error. Anything else throws. */
export function knock(door: Door, input: Input, mostMilliseconds: number): "accepted" | "refused" {
  const start = performance.now();
  let answer: "accepted" | "refused" = "accepted";
  try {
    door.enter(input);
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) {
      throw new Error(`${door.name} threw ${String(error)}`, { cause: error });
    }
    checkError(door, error);
    answer = "refused";
  }
  const took = performance.now() - start;
  if (took > mostMilliseconds) throw new Error(`${door.name} took ${Math.round(took)} ms`);
  return answer;
}

/** An error must stay small and printable, whatever was in the input. */
function checkError({ name }: Door, { message, faults }: PolicyLedgerError): void {
  if (message.length > 2_000) throw new Error(`${name}: a message of ${message.length} characters`);
  if (/\p{Cc}/u.test(message)) throw new Error(`${name}: control characters in ${JSON.stringify(message)}`);
  if (faults.length > MAX_FAULTS) throw new Error(`${name}: ${faults.length} faults`);
  const most = Math.max(0, ...faults.map((fault) => fault.path.length + fault.message.length));
  if (most > 5_000) throw new Error(`${name}: a fault of ${most} characters`);
}

const NASTY: readonly Json[] = [
  ...[0, -0, 1, -1, 0.5, 1e-9, 1e15, 9007199254740991, 9007199254740992, 1.7e308, -1.7e308, 4294967296],
  ...[
    "",
    "0",
    "a".repeat(300),
    "\u0000\u001b[2J",
    "\u202e",
    "é😀",
    "__proto__",
    "constructor",
    "toString",
    "genesis",
  ],
  ...[
    null,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    Array(500).fill(0),
    Array(200).fill([0, 0]),
    [0, 1, 2, 3, 4, 5],
  ],
  ...[
    { constructor: 1 },
    { constructor: { prototype: {} } },
    { toString: 1, valueOf: 2 },
    { length: 4294967295 },
  ],
  ...[{ toJSON: "x" }, { hasOwnProperty: 1 }, { "": { "": "" } }, { "\u001b[2J": [1] }],
  ...["standard", "energy-slot-v1", "cyber-defense-v1", "q-table", "rules", "random", "plan", "policy"],
  JSON.parse(`${'[{"a":'.repeat(15)}1${"}]".repeat(15)}`),
];

const TOKENS = [
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "\\u",
    "\\ud800",
    "e999",
    "-",
    ".",
    "0",
    "9".repeat(40),
    " ",
    "\n",
    "\0",
  ],
  ...[
    "null",
    "true",
    "NaN",
    "Infinity",
    '"__proto__":1,',
    '"a":1,"a":1,',
    "\ufeff",
    "é",
    "\ud800",
    "😀",
    "//",
    "[".repeat(40),
  ],
];

/** One change of a value: somewhere something is replaced, removed, repeated, renamed or added. */
function changeValue(root: Json, where: number, how: number, nasty: Json): Json {
  const copy = structuredClone(root) as Json;
  const holders: (Record<string, Json> | Json[])[] = [];
  const collect = (value: Json) => {
    if (value === null || typeof value !== "object") return;
    holders.push(value as Record<string, Json>);
    for (const item of Object.values(value)) collect(item as Json);
  };
  collect(copy);
  const holder = holders[where % Math.max(1, holders.length)] as Record<string, Json> | undefined;
  if (holder === undefined) return nasty;
  const keys = Object.keys(holder);
  const key = keys[Math.floor(where / holders.length) % Math.max(1, keys.length)];
  if (key === undefined || how === 0) {
    if (Array.isArray(holder)) holder.push(nasty);
    else holder[typeof nasty === "string" ? nasty : "added"] = nasty;
  } else if (how === 1) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  } else {
    Object.defineProperty(holder, key, {
      value: nasty,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}

const index = fc.nat(0xffff);

/** Inputs for a door: its own good ones and those of others, changed as values, as text and as bytes, and noise. */
export function hostileFor(door: Door): fc.Arbitrary<Input> {
  const good = fc.oneof(
    { arbitrary: fc.constantFrom(...door.good), weight: 4 },
    { arbitrary: fc.constantFrom(...doors.flatMap((other) => other.good.slice(0, 1))), weight: 1 },
  );
  const changes = fc.array(fc.tuple(index, fc.nat(4), fc.constantFrom(...NASTY)), {
    minLength: 1,
    maxLength: 3,
  });
  const asValue = fc.tuple(good, changes).map(([text, list]) => {
    if (text.includes("\n{")) return text;
    let value = JSON.parse(text) as Json;
    for (const [where, how, nasty] of list) value = changeValue(value, where, how, nasty);
    return JSON.stringify(value);
  });
  const edits = fc.array(fc.tuple(index, fc.nat(3), fc.constantFrom(...TOKENS)), {
    minLength: 1,
    maxLength: 3,
  });
  const asText = fc.tuple(good, edits).map(([text, list]) =>
    list.reduce((so, [where, cut, token]) => {
      const at = where % (so.length + 1);
      return so.slice(0, at) + token + so.slice(at + cut);
    }, text),
  );
  const asBytes = fc
    .tuple(good, fc.array(fc.tuple(index, fc.nat(255)), { minLength: 1, maxLength: 3 }))
    .map(([text, list]) => {
      const bytes = Buffer.from(text);
      for (const [where, by] of list) bytes[where % bytes.length]! ^= by;
      return new Uint8Array(bytes);
    });
  return fc.oneof(
    { arbitrary: asValue, weight: 6 },
    { arbitrary: asText, weight: 3 },
    { arbitrary: asBytes, weight: 2 },
    { arbitrary: fc.json({ stringUnit: "binary" }), weight: 1 },
    { arbitrary: fc.string({ unit: "binary" }), weight: 1 },
    { arbitrary: fc.uint8Array({ maxLength: 64 }), weight: 1 },
  );
}

/** Texts of about so many bytes, each a trap for some way of being slow. */
export function traps(bytes: number): readonly (readonly [string, string])[] {
  const many = (unit: string) => unit.repeat(Math.floor(bytes / unit.length));
  const list = (item: string) => `[${many(`${item},`).slice(0, -1)}]`;
  const keys = (value: string) => {
    let text = "{";
    for (let i = 0; text.length < bytes - 40; i++) text += `${i === 0 ? "" : ","}"k${i}":${value}`;
    return `${text}}`;
  };
  return [
    ["open brackets", many("[")],
    ["open objects", many('{"a":')],
    ["a wide and deep list", `${"[".repeat(31)}${many("[],").slice(0, -1 - 80)}${"]".repeat(31)}`],
    ["zeros", list("0")],
    ["empty lists", list("[]")],
    ["empty objects", list("{}")],
    ["numbers beyond a double", list("1e999")],
    ["halves of surrogate pairs", list('"\\ud800"')],
    ["many keys", keys("0")],
    ["many lists of keys", keys("[{}]")],
    ["duplicate keys", `{${many('"a":0,').slice(0, -1)}}`],
    ["one long number", many("9")],
    ["one long fraction", `0.${many("3")}`],
    ["one long string", `"${many("x")}"`],
    ["one long key", `{"${many("k")}":1e999}`],
    [
      "a long key over many faults",
      `{"${many("k").slice(bytes / 2)}":${list("1e999")
        .slice(0, bytes / 2)
        .replace(/[^9]*$/, "]")}}`,
    ],
    ["escapes", `"${many("\\u0041")}"`],
    ["backslashes", `"${many("\\\\")}"`],
    ["white space", many(" ")],
    ["control characters", many("\u0000")],
    ["quotes", many('"')],
    ["colons", many(":")],
  ];
}
