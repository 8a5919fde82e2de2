// What in an artifact decides a state's action: a row of values, an entry, a rule, or the default.
import type { EnvironmentKind } from "../environments/kind.ts";
import type { Artifact } from "./artifact.ts";
import { ruleOf, scoresOf } from "./behaviour.ts";

export type Decision =
  /** By action its value, as the artifact has it; the margin is the chosen one's lead over the best of the others. */
  | { readonly by: "values"; readonly values: readonly number[]; readonly margin: number }
  /** The state's character in an action table. */
  | { readonly by: "entry" }
  /** The rule of that number, counted from 0. */
  | { readonly by: "rule"; readonly rule: number }
  /** The artifact says nothing of this state. */
  | { readonly by: "default" }
  /** Every action equally often. */
  | { readonly by: "draw" };

/** Tells for a state, by its code and its fields' values, what decides that `action` is taken in it. */
export function decisionsOf(
  artifact: Artifact,
  kind: EnvironmentKind,
): (state: number, values: readonly number[], action: number) => Decision {
  switch (artifact.kind) {
    case "random":
      return () => ({ by: "draw" });
    case "action-table":
      return (state) => ({ by: artifact.actions[state] === "." ? "default" : "entry" });
    case "q-table": {
      const rows = new Map(artifact.q.map((row) => [row[0]!, row.slice(1)]));
      return (state, _, action) => {
        const row = rows.get(state);
        return row === undefined ? { by: "default" } : byValues(row, action);
      };
    }
    case "linear":
      return (_, values, action) => byValues(scoresOf(artifact, kind, values), action);
    case "rules":
      return (_, values) => {
        const rule = ruleOf(artifact, kind, values);
        return rule < 0 ? { by: "default" } : { by: "rule", rule };
      };
  }
}

function byValues(values: readonly number[], action: number): Decision {
  const others = values.filter((_, i) => i !== action);
  const margin = values[action]! - others.reduce((best, value) => Math.max(best, value));
  if (!(margin >= 0)) throw new Error(`bug: action ${action} is not the best of ${values.join(", ")}`);
  return { by: "values", values, margin };
}
