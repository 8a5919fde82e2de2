// A policy that runs, made from an artifact: it keeps the policy contract, and is an actor for the loop.

import type { Observation } from "../environments/environment.ts";
import { codeOf, type EnvironmentKind } from "../environments/kind.ts";
import { environmentKind } from "../environments/registry.ts";
import type { Actor } from "../episode.ts";
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import { type Random, requireSeed, stream } from "../random.ts";
import { DiscreteSpace } from "../spaces/index.ts";
import type { Space } from "../spaces/space.ts";
import type { Artifact } from "./artifact.ts";
import { type Behaviour, behaviourOf } from "./behaviour.ts";
import type { Policy } from "./policy.ts";

export interface LoadedPolicy extends Policy<Observation, number>, Actor {
  /** What it does, as a copy: changing it changes no policy. */
  readonly behaviour: Behaviour;
}

/** With `epsilon`, `selectAction` explores: that often it takes any action, unless it is told not to. */
export function loadPolicy(artifact: Artifact, options: { readonly epsilon?: number } = {}): LoadedPolicy {
  requireObject(options, "invalid_policy", "Cannot load a policy: its options");
  const { epsilon = 0 } = options;
  if (!(epsilon >= 0 && epsilon <= 1)) {
    throw new PolicyLedgerError(
      "invalid_policy",
      `Cannot explore with epsilon ${quote(epsilon)}: wanted 0 to 1`,
    );
  }
  return new ArtifactPolicy(artifact, epsilon);
}

class ArtifactPolicy implements LoadedPolicy {
  private readonly space: Space<number>;
  private readonly kind: EnvironmentKind;
  private readonly table: Uint8Array | null;
  private readonly epsilon: number;
  private random: Random | null = null;

  constructor(artifact: Artifact, epsilon: number) {
    requireObject(artifact, "invalid_artifact", "Cannot load a policy: its artifact");
    this.kind = environmentKind(artifact.env_id);
    this.space = new DiscreteSpace(this.kind.actions.length);
    const behaviour = behaviourOf(artifact);
    this.table = behaviour === "uniform" ? null : behaviour;
    this.epsilon = epsilon;
  }

  get behaviour(): Behaviour {
    return this.table === null ? "uniform" : this.table.slice();
  }

  get actionSpace(): Space<number> {
    return this.space;
  }

  reset(options: { readonly seed: number }): void {
    this.random = stream("policy", requireSeed(options?.seed, "a policy"));
  }

  selectAction(observation: Observation, { explore = true }: { readonly explore?: boolean } = {}): number {
    const state = codeOf(this.kind, observation);
    if (state < 0) {
      throw new PolicyLedgerError(
        "invalid_space",
        `Cannot select an action of a policy for ${this.kind.id}: the observation is none of that environment's`,
      );
    }
    if (explore && this.epsilon > 0 && this.draw() < this.epsilon) return this.any();
    return this.act(state);
  }

  begin(seed: number): void {
    // A table that does not explore draws nothing, and seeding a stream takes as long as many steps.
    if (this.table === null || this.epsilon > 0) this.reset({ seed });
  }

  act(state: number): number {
    return this.table === null ? this.any() : this.table[state]!;
  }

  private any(): number {
    return Math.floor(this.draw() * this.kind.actions.length);
  }

  private draw(): number {
    if (this.random !== null) return this.random();
    throw new PolicyLedgerError("not_reset", "Cannot draw an action of a policy: call reset({ seed }) first");
  }
}

/** Any policy that keeps the contract, as an actor for the loop in an environment. */
export function actorOf(
  policy: Policy<Observation, number>,
  observations: readonly Observation[],
  options: { readonly explore: boolean },
): Actor {
  requireObject(policy, "invalid_policy", "Cannot act by a policy");
  requireObject(observations, "invalid_policy", "Cannot act by a policy: the list of observations");
  return {
    begin: (seed) => policy.reset({ seed }),
    act: (state) => policy.selectAction(observations[state]!, options),
  };
}
