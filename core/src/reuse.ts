// Reuse: takes a policy that the ledger recorded, checks it before it runs, and runs it greedily in the same loop.
// Nothing is learned, and nothing that was not checked is run.
import type { PolicyEntry } from "./entry.ts";
import type { Environment } from "./environments/environment.ts";
import { makeEnvironment } from "./environments/registry.ts";
import { type Episode, type Observer, runEpisode } from "./episode.ts";
import { PolicyLedgerError, quote, requireObject } from "./error.ts";
import { evaluate, type Prepared, prepareEvaluation } from "./evaluation/evaluate.ts";
import { fromHex } from "./hash.ts";
import type { Host } from "./host.ts";
import { canonicalJson } from "./json.ts";
import { type Artifact, readArtifact } from "./policies/artifact.ts";
import { type LoadedPolicy, loadPolicy } from "./policies/load.ts";

export interface Reusable {
  readonly artifact: Artifact;
  readonly policy: LoadedPolicy;
  readonly env: Environment;
  /** One greedy episode. */
  run(seed: number, observe?: Observer): Episode;
}

/**
 * Checks a policy against its entry: the artifact has the recorded hash and is one that we accept, and on the
 * recorded seed it earns the recorded reward; an evaluation in the entry is computed again. That the entry itself stands
 * in the ledger is for the chain to show. `prepare` gives what evaluations of the same environment and configuration
 * share, to whoever checks many.
 */
export function reusePolicy(
  host: Host,
  entry: PolicyEntry,
  artifactText: string,
  prepare: (env: Environment) => Prepared = prepareEvaluation,
): Reusable {
  return policyOfEntries(host, artifactText, prepare)(entry);
}

/** The same for one artifact of many entries: what it is, and how good it is, is found once. */
export function policyOfEntries(
  host: Host,
  artifactText: string,
  prepare: (env: Environment) => Prepared = prepareEvaluation,
): (entry: PolicyEntry) => Reusable {
  let hash: string | null = null;
  let read: { readonly artifact: Artifact; readonly policy: LoadedPolicy } | null = null;
  /** In canonical JSON, by that of the configuration. */
  const evaluations = new Map<string, string>();

  return (entry) => {
    requireObject(entry, "policy_refused", "Cannot reuse a policy: its entry");
    const { policy_hash, index } = entry;
    const named = fromHex(policy_hash, 32) === null ? quote(policy_hash) : policy_hash;
    const what = `Cannot reuse policy ${named} of entry ${quote(index)}`;
    if (typeof artifactText !== "string")
      throw refused(`${what}: wanted the artifact's canonical JSON as a text`);
    hash ??= host.sha256(artifactText);
    if (hash !== policy_hash) throw refused(`${what}: the artifact hashes to ${hash}`);
    read ??= orRefuse(what, readPolicy);
    const { artifact, policy } = read;
    if (artifact.env_id !== entry.env_id) {
      throw refused(`${what}: the artifact is for ${artifact.env_id}, the entry for ${entry.env_id}`);
    }
    const env = orRefuse(what, () => makeEnvironment(entry.env_id, entry.env_config));
    const { reward } = orRefuse(what, () => runEpisode(env, policy, entry.seed));
    if (reward !== entry.verified_reward) {
      throw refused(`${what}: replay earned ${reward}, the entry says ${quote(entry.verified_reward)}`);
    }
    if (entry.evaluation !== undefined) {
      const found = evaluationIn(env, policy);
      const said = orRefuse(what, () => canonicalJson(entry.evaluation!));
      if (found !== said) throw refused(`${what}: it evaluates to ${found}, the entry says ${said}`);
    }
    return { artifact, policy, env, run: (seed, observe) => runEpisode(env, policy, seed, observe) };
  };

  function readPolicy() {
    const artifact = readArtifact(artifactText);
    return { artifact, policy: loadPolicy(artifact) };
  }

  function evaluationIn(env: Environment, { behaviour }: LoadedPolicy): string {
    const config = canonicalJson(env.config);
    let found = evaluations.get(config);
    if (found === undefined) {
      found = canonicalJson(evaluate(host, env, behaviour, prepare(env)));
      evaluations.set(config, found);
    }
    return found;
  }
}

function refused(message: string, cause?: PolicyLedgerError): PolicyLedgerError {
  return new PolicyLedgerError("policy_refused", message, cause?.faults ?? [], cause);
}

function orRefuse<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof PolicyLedgerError ? refused(`${what}: ${error.message}`, error) : error;
  }
}
