// The figures and what each one does; docs/bench.md says the same in a line each.
import {
  auditChain,
  evaluate,
  loadPolicy,
  makeEnvironment,
  prepareEvaluation,
  startTraining,
  type TrainingOptions,
  verifyClaim,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { bundleGzipBytes, commandStart } from "./agent.ts";
import { appendGrouped, appendGrowth, appendSingly, checkpointLatency } from "./append.ts";
import { bundleBytes, coldStart } from "./cold-start.ts";
import { batchReads, commits, firestoreMemory, rawCommits, reads } from "./local-firestore.ts";
import { messages, pubSubMemory } from "./local-pubsub.ts";
import { stackMemory, startTime } from "./local-start.ts";
import { checkedInclusions } from "./log.ts";
import { checkedCommits, growth, opsFigures } from "./nk2.ts";
import { rate } from "./rate.ts";
import { auditedRemoteEntries, fsckedEntries } from "./remote.ts";
import { replayRate } from "./replay.ts";
import {
  bestLatency,
  claimLatency,
  claimsPerSecond,
  pageLatency,
  requestsPerSecond,
  submitLatency,
} from "./service.ts";
import { checkedChainEntries, firstLoadBytes, timeToInteractive, viewerReplaySteps } from "./viewer.ts";
import { ENV_ID, fullQTable, ledgerOf, unsignedSubmissions, validSubmissions } from "./workloads.ts";

interface Figure {
  readonly unit: string;
  /** Null where what it is measured in is not on this machine. */
  measure(): number | null | Promise<number | null>;
}

export const figures: Readonly<Record<string, Figure>> = {
  replay_steps_per_s: { unit: "steps/s", measure: () => replayRate(fullQTable(1)) },
  verify_claims_per_s: { unit: "claims/s", measure: () => verifications(verifyClaim, 1_000) },
  verify_claims_unsigned_per_s: {
    unit: "claims/s",
    measure: () => verifications(verifyUnsignedClaim, 2_000),
  },
  train_q_episodes_per_s: { unit: "episodes/s", measure: () => episodes("q-learning", 100_000) },
  train_double_q_replay_episodes_per_s: {
    unit: "episodes/s",
    measure: () => episodes("double-q-learning", 10_000),
  },
  audit_entries_per_s: { unit: "entries/s", measure: auditedEntries },
  audit_signed_entries_per_s: { unit: "entries/s", measure: auditedSignedEntries },
  exact_evaluations_per_s: { unit: "evaluations/s", measure: exactEvaluations },
  inclusion_proof_check_per_s: { unit: "proofs/s", measure: checkedInclusions },
  ...opsFigures,
  nk2_growth: { unit: "ratio", measure: growth },
  nk2_receipt_check_commits_per_s: { unit: "commits/s", measure: checkedCommits },
  local_firestore_commits_per_s: { unit: "commits/s", measure: commits },
  local_firestore_raw_commits_per_s: { unit: "commits/s", measure: rawCommits },
  local_firestore_reads_per_s: { unit: "reads/s", measure: reads },
  local_firestore_batch_documents_per_s: { unit: "documents/s", measure: batchReads },
  local_firestore_resident_mb: { unit: "MB", measure: firestoreMemory },
  local_pubsub_messages_per_s: { unit: "messages/s", measure: messages },
  local_pubsub_resident_mb: { unit: "MB", measure: pubSubMemory },
  local_start_ms: { unit: "ms", measure: startTime },
  local_resident_mb: { unit: "MB", measure: stackMemory },
  end_to_end_claims_per_s: { unit: "claims/s", measure: claimsPerSecond },
  end_to_end_latency_p50_ms: { unit: "ms", measure: () => claimLatency(0.5) },
  end_to_end_latency_p99_ms: { unit: "ms", measure: () => claimLatency(0.99) },
  append_entries_per_s: { unit: "entries/s", measure: appendGrouped },
  append_entries_per_s_batch_1: { unit: "entries/s", measure: appendSingly },
  append_cost_growth: { unit: "ratio", measure: appendGrowth },
  checkpoint_latency_p99_ms: { unit: "ms", measure: checkpointLatency },
  submit_latency_p50_ms: { unit: "ms", measure: submitLatency },
  ledger_page_latency_p50_ms: { unit: "ms", measure: pageLatency },
  best_latency_p50_ms: { unit: "ms", measure: bestLatency },
  http_requests_per_s: { unit: "requests/s", measure: requestsPerSecond },
  cold_start_ms: { unit: "ms", measure: coldStart },
  bundle_bytes: { unit: "bytes", measure: bundleBytes },
  cli_start_ms: { unit: "ms", measure: commandStart },
  audit_remote_entries_per_s: { unit: "entries/s", measure: auditedRemoteEntries },
  fsck_entries_per_s: { unit: "entries/s", measure: fsckedEntries },
  viewer_first_load_gzip_bytes: { unit: "bytes", measure: firstLoadBytes },
  viewer_interactive_ms: { unit: "ms", measure: timeToInteractive },
  viewer_chain_check_entries_per_s: { unit: "entries/s", measure: checkedChainEntries },
  viewer_replay_steps_per_s: { unit: "steps/s", measure: viewerReplaySteps },
  sdk_bundle_gzip_bytes: {
    unit: "bytes",
    measure: () => bundleGzipBytes('export * from "@policyledger/agent";'),
  },
};

function verifications(verify: typeof verifyClaim, count: number): number {
  const submissions = validSubmissions(count);
  return rate(() => {
    for (const submission of submissions) {
      const { verdict } = verify(nodeHost, submission);
      if (verdict !== "VALID") throw new Error(`bug: a claim that holds is ${verdict}`);
    }
    return count;
  });
}

function episodes(algorithm: TrainingOptions["algorithm"], count: number): number {
  let seed = 0;
  return rate(() => {
    startTraining({ algorithm, env_id: ENV_ID, seed: ++seed, episodes: count }).advance(count);
    return count;
  });
}

const EVALUATED = 20;

function exactEvaluations(): number {
  const env = makeEnvironment(ENV_ID);
  const prepared = prepareEvaluation(env);
  const policies = Array.from({ length: EVALUATED }, (_, seed) => loadPolicy(fullQTable(seed)).behaviour);
  return rate(() => {
    for (const behaviour of policies) evaluate(nodeHost, env, behaviour, prepared);
    return EVALUATED;
  });
}

function auditedEntries(): number {
  const { texts, head } = ledgerOf(unsignedSubmissions(100_000));
  return rate(() => audited(texts, head, false));
}

function auditedSignedEntries(): number {
  const { texts, head } = ledgerOf(validSubmissions(2_000));
  return rate(() => audited(texts, head, true));
}

function audited(texts: readonly string[], head: string, signatures: boolean): number {
  const report = auditChain(nodeHost, texts, { expected: { size: texts.length, head }, signatures });
  if (!report.ok) throw new Error(`bug: ${report.summary}`);
  return report.size;
}
