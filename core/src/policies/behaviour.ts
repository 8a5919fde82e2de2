// What an artifact does: one action a state, laid out as a table, or every action equally often. Ties go to the
// smallest action; a state that the artifact does not know takes its default action.

import { type EnvironmentKind, stateCountOf } from "../environments/kind.ts";
import { environmentKind } from "../environments/registry.ts";
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import type { Artifact, LinearArtifact, RulesArtifact } from "./artifact.ts";
import { digit } from "./artifact-content.ts";

/** By state code the action, or "uniform" for a policy that draws its actions. */
export type Behaviour = Uint8Array | "uniform";

export function behaviourOf(artifact: Artifact): Behaviour {
  requireObject(artifact, "invalid_artifact", "Cannot tell the behaviour of an artifact");
  const kind = environmentKind(artifact.env_id);
  const table = new Uint8Array(stateCountOf(kind));
  switch (artifact.kind) {
    case "random":
      return "uniform";
    case "q-table":
      table.fill(artifact.default_action);
      for (const row of artifact.q) table[row[0]!] = greedy(row, 1);
      return table;
    case "action-table":
      return table.map((_, state) => {
        const action = digit(artifact.actions, state);
        return action < 0 ? artifact.default_action : action;
      });
    case "linear":
      return fillByFields(kind, table, (values) => greedy(scoresOf(artifact, kind, values), 0));
    case "rules":
      return fillByFields(
        kind,
        table,
        (values) => artifact.rules[ruleOf(artifact, kind, values)]?.action ?? artifact.default_action,
      );
    default:
      throw new PolicyLedgerError(
        "invalid_artifact",
        `Cannot tell the behaviour of an artifact of kind ${quote((artifact as { kind?: unknown }).kind)}`,
      );
  }
}

/** The index of the largest number, counted from `from`; the first of equal ones. */
function greedy(row: readonly number[], from: number): number {
  let best = from;
  for (let i = from + 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best - from;
}

function fillByFields(
  kind: EnvironmentKind,
  table: Uint8Array,
  act: (values: number[]) => number,
): Uint8Array {
  const values = kind.fields.map(() => 0);
  for (let state = 0; state < table.length; state++) {
    let rest = state;
    for (let i = values.length - 1; i >= 0; i--) {
      const size = kind.fields[i]!.size;
      values[i] = rest % size;
      rest = (rest - values[i]!) / size;
    }
    table[state] = act(values);
  }
  return table;
}

/** By action its sum, in one fixed order: the bias, then the weight of each field's value, field by field. */
export function scoresOf(
  { weights }: LinearArtifact,
  kind: EnvironmentKind,
  values: readonly number[],
): readonly number[] {
  return weights.map((row) => {
    let score = row[0]!;
    let offset = 1;
    values.forEach((value, i) => {
      score += row[offset + value]!;
      offset += kind.fields[i]!.size;
    });
    return score;
  });
}

/** The number of the first rule that fits, or -1. */
export function ruleOf({ rules }: RulesArtifact, kind: EnvironmentKind, values: readonly number[]): number {
  return rules.findIndex(({ when }) =>
    kind.fields.every(({ name }, i) => !Object.hasOwn(when, name) || when[name]!.includes(values[i]!)),
  );
}
