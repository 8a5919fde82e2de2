// What a policy does, for people: its situations, its actions, a short list of rules, the features that decide, and a
// few sentences. Only integers are counted and compared, so that every engine says the same.
import type { Environment } from "../environments/environment.ts";
import type { EnvironmentKind } from "../environments/kind.ts";
import { environmentKind } from "../environments/registry.ts";
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import { tabulate } from "../evaluation/dynamics.ts";
import { follow } from "../evaluation/expected.ts";
import { toBillionths } from "../evaluation/rational.ts";
import { expectedVisits } from "../evaluation/visits.ts";
import type { Artifact } from "./artifact.ts";
import { behaviourOf } from "./behaviour.ts";
import { type Decision, decisionsOf } from "./explain-decision.ts";
import { type Feature, featuresOf } from "./explain-features.ts";
import { type Known, type RuleList, rulesOf } from "./explain-rules.ts";
import { summaryOf } from "./explain-text.ts";

/** Plain data: as JSON it is the same text in every engine. */
export interface Explanation {
  readonly env_id: string;
  readonly kind: Artifact["kind"];
  /** Every observation in which the policy can have to act in this environment, by its code, ascending. */
  readonly situations: readonly Situation[];
  /** Every action of the environment, in its order. */
  readonly actions: readonly ActionShare[];
  /** Null for a policy that draws. */
  readonly rules: RuleList | null;
  /** What decides most comes first. */
  readonly features: readonly Feature[];
  readonly summary: readonly string[];
}

export interface Situation {
  /** The observation's code. */
  readonly state: number;
  /** By field the label of its value, or the value where it has none. */
  readonly observation: Readonly<Record<string, string | number>>;
  /** The fields' values, in the order of the environment's fields. */
  readonly values: readonly number[];
  /** Null where the policy draws. */
  readonly action: number | null;
  readonly decision: Decision;
  /** How often the policy acts here in an episode, on average, in billionths. */
  readonly visits: number;
}

export interface ActionShare {
  readonly action: number;
  readonly name: string;
  /** In how many of the situations the policy takes it, or may take it. */
  readonly situations: number;
  /** How often it takes it in an episode, on average, in billionths. */
  readonly visits: number;
  /** The same as a share of all actions that it takes, in billionths. */
  readonly share: number;
}

/** What explaining needs of an environment. */
type Explainable = Pick<Environment, "id" | "model">;

/** Explains a policy in an environment and its configuration. */
export function explainPolicy(env: Explainable, artifact: Artifact): Explanation {
  const what = "Cannot explain a policy";
  requireObject(env, "invalid_environment", `${what}: its environment`);
  requireObject(artifact, "invalid_artifact", `${what}: its artifact`);
  if (artifact.env_id !== env.id) {
    throw new PolicyLedgerError(
      "invalid_artifact",
      `${what} in ${quote(env.id)}: its artifact is for ${quote(artifact.env_id)}`,
    );
  }
  const kind = environmentKind(env.id);
  const behaviour = behaviourOf(artifact);
  const visits = expectedVisits(follow(tabulate(env.model()), behaviour));
  const decide = decisionsOf(artifact, kind);
  const situations = [...visits.of].map(([state, num]): Situation => {
    const values = valuesOf(kind, state);
    const action = behaviour === "uniform" ? null : behaviour[state]!;
    return {
      state,
      observation: labelled(kind, values),
      values,
      action,
      decision: decide(state, values, action ?? 0),
      visits: toBillionths({ num, den: visits.denominator }),
    };
  });
  const explanation = {
    env_id: env.id,
    kind: artifact.kind,
    situations,
    actions: actionShares(kind, situations, [...visits.of.values()], visits.denominator),
    rules: behaviour === "uniform" ? null : rulesOf(kind, situations as readonly Known[]),
    features: featuresOf(kind.fields, situations),
  };
  return { ...explanation, summary: summaryOf(kind, explanation) };
}

/** `visits` over `denominator`, exactly, by situation; who draws takes every action equally often. */
function actionShares(
  kind: EnvironmentKind,
  situations: readonly Situation[],
  visits: readonly bigint[],
  denominator: bigint,
): readonly ActionShare[] {
  const all = visits.reduce((a, b) => a + b, 0n);
  return kind.actions.map((name, action) => {
    const taken = visits.filter((_, i) => (situations[i]!.action ?? action) === action);
    const drawn = BigInt(situations[0]!.action === null ? kind.actions.length : 1);
    const num = taken.reduce((a, b) => a + b, 0n);
    return {
      action,
      name,
      situations: taken.length,
      visits: toBillionths({ num, den: denominator * drawn }),
      share: toBillionths({ num, den: all * drawn }),
    };
  });
}

/** An observation's code as people read it: by field the label of its value, or the value where it has none. */
export function observationOf(kind: EnvironmentKind, code: number): Situation["observation"] {
  return labelled(kind, valuesOf(kind, code));
}

function valuesOf({ fields }: EnvironmentKind, state: number): readonly number[] {
  const values: number[] = [];
  let rest = state;
  for (const { size } of [...fields].reverse()) {
    values.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return values;
}

function labelled({ fields }: EnvironmentKind, values: readonly number[]): Situation["observation"] {
  return Object.fromEntries(fields.map(({ name, labels }, i) => [name, labels?.[values[i]!] ?? values[i]!]));
}
