// What the ledger says of a policy beyond its claim: how good it is over the environment's own randomness, how good
// one can be, and a hash of what it does.
//
// The behaviour hash is SHA-256 over the canonical JSON
//   {"actions":[[observation,action],…],"env_config":{…},"env_id":"…","kind":"behaviour-v1"}
// with the observations under which the policy may be asked to act, ascending; "actions" is "uniform" for a policy
// that takes every action equally often. Policies that act alike wherever they can get have the same hash.
import type { Environment } from "../environments/environment.ts";
import type { Host } from "../host.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { Behaviour } from "../policies/behaviour.ts";
import { type Dynamics, tabulate } from "./dynamics.ts";
import { expectedReturn, follow, type Play, reachableObservations } from "./expected.ts";
import { type Optimum, optimum } from "./optimum.ts";
import { toBillionths } from "./rational.ts";

/** As an entry carries it; returns are in billionths of the environment's unit of reward. */
export type Evaluation = {
  readonly method: "exact-v1";
  readonly expected: number;
  readonly optimum: number;
  readonly behaviour_hash: string;
};

/** What evaluation needs of an environment. */
export type Evaluable = Pick<Environment, "id" | "config" | "model">;

/** What depends on the environment and its configuration only; who evaluates many policies keeps it. */
export interface Prepared {
  readonly dynamics: Dynamics;
  readonly optimum: Optimum;
}

export function prepareEvaluation(env: Evaluable): Prepared {
  const dynamics = tabulate(env.model());
  return { dynamics, optimum: optimum(dynamics) };
}

/** Prepares each environment and configuration once, and keeps the last ones: whoever makes claims chooses how many there are. */
export function keepPrepared(most: number): (env: Evaluable) => Prepared {
  const kept = new Map<string, Prepared>();
  return (env) => {
    const key = canonicalJson({ id: env.id, config: env.config });
    const prepared = kept.get(key) ?? prepareEvaluation(env);
    kept.delete(key);
    kept.set(key, prepared);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return prepared;
  };
}

/** Evaluates a policy; `prepared` must be of an environment with the same id and configuration. */
export function evaluate(
  host: Host,
  env: Evaluable,
  behaviour: Behaviour,
  prepared: Prepared = prepareEvaluation(env),
): Evaluation {
  const play = follow(prepared.dynamics, behaviour);
  return {
    method: "exact-v1",
    expected: toBillionths(expectedReturn(play)),
    optimum: toBillionths(prepared.optimum.value),
    behaviour_hash: behaviourHash(host, env, behaviour, play),
  };
}

function behaviourHash(host: Host, env: Evaluable, behaviour: Behaviour, play: Play): string {
  return host.sha256(
    canonicalJson({
      kind: "behaviour-v1",
      env_id: env.id,
      env_config: env.config,
      actions: behaviour === "uniform" ? "uniform" : choices(behaviour, play),
    }),
  );
}

function choices(table: Uint8Array, play: Play): Json {
  return reachableObservations(play).map((observation) => [observation, table[observation]!]);
}
