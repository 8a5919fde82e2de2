// Writes the sample data that a fresh local stack starts with: a small ledger with its policies, the same at each run.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  evaluate,
  type Head,
  headOf,
  loadPolicy,
  makeEnvironment,
  policyContent,
  prepareEvaluation,
  readArtifact,
  type Submission,
  sealEntry,
  startTraining,
  type TrainingOptions,
  verifyClaim,
} from "@policyledger/core";
import { nodeHost, publicKeyOf } from "@policyledger/core/node";
import { makeDocument } from "../emulators/src/firestore/document.ts";
import { exportDocuments } from "../emulators/src/firestore/export.ts";
import type { Fields, Value } from "../emulators/src/firestore/value.ts";
import { type Agent, submissionOf } from "../scripts/agents.ts";

const DATABASE = "projects/demo-policyledger/databases/(default)";
const FIRST_TIME = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const EXPORT = "firestore_export";
/** Wide enough that names sort as numbers do. */
const INDEX_DIGITS = 12;

const CYBER = { env_id: "cyber-defense-v1" } as const;
const TRAININGS: readonly (readonly [string, TrainingOptions, number])[] = [
  ["samples/ada", { ...CYBER, algorithm: "q-learning", seed: 1, episodes: 2_000 }, 11],
  ["samples/bo", { ...CYBER, algorithm: "double-q-learning", seed: 2, episodes: 1_000 }, 42],
  ["samples/cy", { ...CYBER, algorithm: "q-learning", seed: 3, episodes: 200 }, 7],
  [
    "samples/di",
    { ...CYBER, algorithm: "q-learning", seed: 4, episodes: 2_000, env_config: { preset: "high_pressure" } },
    5,
  ],
  ["samples/ed", { env_id: "energy-slot-v1", algorithm: "q-learning", seed: 5, episodes: 2_000 }, 9],
];

/** Writes the export into a folder, as the Emulator Suite imports it. */
export function makeSampleData(folder: string): void {
  const submissions = TRAININGS.map(([id, config, seed]) => {
    const training = startTraining(config);
    training.advance(config.episodes!);
    return submissionOf(agentOf(id), training.artifact(), config, seed);
  });
  const documents = documentsOf(submissions).map(([path, fields, time]) =>
    makeDocument(`${DATABASE}/documents/${path}`, fields, time, time),
  );
  exportDocuments(documents, folder, EXPORT);
  const metadata = {
    version: "15.34.2",
    firestore: {
      version: "1",
      path: EXPORT,
      metadata_file: `${EXPORT}/${EXPORT}.overall_export_metadata`,
    },
  };
  writeFileSync(join(folder, "firebase-export-metadata.json"), `${JSON.stringify(metadata, null, 2)}\n`);
}

/** The keys are no secret: whoever reads this can make them. */
function agentOf(id: string): Agent {
  const secretKey = nodeHost.sha256(`PolicyLedger sample key of ${id}`);
  return { id, secretKey, publicKey: publicKeyOf(secretKey) };
}

type Row = readonly [path: string, fields: Fields, time: bigint];

function documentsOf(submissions: readonly Submission[]): Row[] {
  let head: Head | null = null;
  const rows: Row[] = [];
  for (const [i, submission] of submissions.entries()) {
    const now = FIRST_TIME + i * HOUR;
    const time = BigInt(now) * 1_000n;
    const { entry, text, current_hash } = sealEntry(
      nodeHost,
      head,
      contentOf(submission),
      new Date(now).toISOString(),
    );
    head = headOf({ entry, text, current_hash });
    const id = String(entry.index).padStart(INDEX_DIGITS, "0");
    rows.push([`ledger_entries/${id}`, fieldsOf({ ...entry, current_hash, text }), time]);
    const { policy_hash } = submission.claim;
    rows.push([`policies/${policy_hash}`, fieldsOf({ policy_hash, artifact: submission.artifact }), time]);
    rows.push(["ledger/head", fieldsOf({ ...head }), time]);
  }
  // Of documents that were written several times, the last state.
  return [...new Map(rows.map((row) => [row[0], row])).values()];
}

function contentOf(submission: Submission) {
  const { claim, signature, artifact } = submission;
  const verdict = verifyClaim(nodeHost, submission);
  if (verdict.verdict !== "VALID")
    throw new Error(`bug: the sample claim of ${claim.agent_id} is ${verdict.reason}`);
  const env = makeEnvironment(claim.env_id, claim.env_config);
  const { behaviour } = loadPolicy(readArtifact(artifact));
  return policyContent(claim, {
    claim_id: verdict.claim_id,
    signature,
    evaluation: evaluate(nodeHost, env, behaviour, prepareEvaluation(env)),
  });
}

function fieldsOf(record: object): Fields {
  return new Map(Object.entries(record).map(([name, value]) => [name, storedValue(value)]));
}

function storedValue(value: unknown): Value {
  if (typeof value === "string") return { kind: "string", value };
  if (Number.isSafeInteger(value)) return { kind: "integer", value: BigInt(value as number) };
  if (typeof value === "object" && value !== null) return { kind: "map", fields: fieldsOf(value) };
  throw new Error(`bug: ${String(value)} has no place in the sample data`);
}

if (import.meta.main) makeSampleData(import.meta.dirname);
