// What is wrong with a kind or a model that somebody brings: whatever the tables' number types cannot hold, and
// whatever leads to something that there is not. A value that was let through would wrap around in its table.
import { type Fault, quote } from "../error.ts";
import { MAX_EPISODE_STEPS, MAX_FAULTS } from "../limits.ts";
import type { Chance, Model, Outcome } from "./environment.ts";
import { type EnvironmentKind, isIndex } from "./kind.ts";

/** What the narrowest of the tables' number types, Int16, holds. */
export const MAX_ROWS = 32_767;
/** Observation codes stand in Uint16. */
const MAX_OBSERVATIONS = 65_536;
/** An action table writes an action as a base-36 digit. */
const MAX_ACTIONS = 36;
/** A draw has 32 bits; up to here floor(draw × total) is exact. */
const MAX_TOTAL = 2_097_152;

export class ModelFaults {
  readonly list: Fault[] = [];

  note(path: string, message: string): void {
    if (this.list.length < MAX_FAULTS) this.list.push({ path, message });
  }

  count(path: string, value: unknown, least: number, most: number): void {
    if (isIndex(value, most + 1) && value >= least) return;
    this.note(path, `${quote(value)}, wanted an integer from ${least} to ${most}`);
  }

  kind(kind: EnvironmentKind): void {
    if (kind === null || typeof kind !== "object") {
      this.note("", `${quote(kind)}, wanted a kind`);
      return;
    }
    if (typeof kind.id !== "string") this.note("/id", `${quote(kind.id)}, wanted a text`);
    this.fields(kind.fields);
    if (!Array.isArray(kind.actions) || kind.actions.length < 1 || kind.actions.length > MAX_ACTIONS) {
      this.note("/actions", `wanted a list of 1 to ${MAX_ACTIONS} names`);
    }
    if (typeof kind.model !== "function") this.note("/model", `${quote(kind.model)}, wanted a function`);
  }

  private fields(fields: EnvironmentKind["fields"]): void {
    if (!Array.isArray(fields)) {
      this.note("/fields", "wanted a list of fields");
      return;
    }
    const names = new Set<unknown>();
    let observations = 1;
    for (const [i, field] of (fields as EnvironmentKind["fields"]).entries()) {
      if (
        typeof field?.name !== "string" ||
        names.has(field.name) ||
        !isIndex(field.size - 1, 0x1_0000_0000)
      ) {
        this.note(`/fields/${i}`, "wanted a name of its own and a size from 1");
        continue;
      }
      names.add(field.name);
      observations *= field.size;
    }
    if (observations > MAX_OBSERVATIONS) {
      this.note("/fields", `${observations} observations, wanted at most ${MAX_OBSERVATIONS}`);
    }
  }

  counts(model: Model, actions: number): void {
    if (model === null || typeof model !== "object") {
      this.note("", `${quote(model)}, wanted a model`);
      return;
    }
    this.count("/horizon", model.horizon, 1, MAX_EPISODE_STEPS);
    this.count("/stateCount", model.stateCount, 1, MAX_ROWS);
    this.count("/afterCount", model.afterCount, 0, MAX_ROWS);
    if (model.actionCount !== actions) {
      this.note("/actionCount", `${quote(model.actionCount)}, but the kind names ${actions} actions`);
    }
  }

  observationOf({ observationOf, stateCount }: Model, observations: number): void {
    if (!Array.isArray(observationOf) || observationOf.length !== stateCount) {
      this.note("/observationOf", `wanted a list of ${stateCount} codes, one a state`);
      return;
    }
    for (let state = 0; state < stateCount; state++) {
      this.count(`/observationOf/${state}`, observationOf[state], 0, observations - 1);
    }
  }

  /** Whether a row is a distribution; its outcomes are for the caller to look at. */
  chance(path: string, row: Chance<unknown>): boolean {
    const before = this.list.length;
    if (!Array.isArray(row?.weights) || !Array.isArray(row.outcomes)) {
      this.note(path, "wanted weights and outcomes");
    } else if (row.weights.length !== row.outcomes.length) {
      this.note(path, `${row.weights.length} weights for ${row.outcomes.length} outcomes`);
    } else if (!row.weights.every((weight) => isIndex(weight, MAX_TOTAL + 1))) {
      this.note(path, `wanted weights that are integers from 0 to ${MAX_TOTAL}`);
    } else {
      const sum = row.weights.reduce((so, weight) => so + weight, 0);
      if (sum !== row.total) this.note(path, `the total is ${quote(row.total)}, the weights sum to ${sum}`);
      else if (sum < 1 || sum > MAX_TOTAL) {
        this.note(path, `a total of ${sum}, wanted 1 to ${MAX_TOTAL}: a draw has 32 bits`);
      }
    }
    return this.list.length === before && before < MAX_FAULTS;
  }

  states(path: string, { outcomes }: Chance<number>, stateCount: number): void {
    for (const state of outcomes) {
      if (!isIndex(state, stateCount)) this.note(path, `leads to state ${quote(state)} of ${stateCount}`);
    }
  }

  outcomes(path: string, row: Chance<Outcome>, afterCount: number, observations: number): void {
    for (const outcome of row.outcomes) {
      if (outcome === null || typeof outcome !== "object") {
        this.note(path, `${quote(outcome)}, wanted an outcome`);
        continue;
      }
      const { reward, after, endObservation } = outcome;
      this.reward(path, reward);
      if (after !== null && !isIndex(after, afterCount)) {
        this.note(path, `leads to after-state ${quote(after)} of ${afterCount}, wanted null where it ends`);
      }
      if (!isIndex(endObservation, observations)) {
        this.note(path, `ends showing observation ${quote(endObservation)} of ${observations}`);
      }
    }
  }

  reward(path: string, reward: unknown): void {
    if (typeof reward === "number" && (reward | 0) === reward) return;
    this.note(path, `the reward is ${quote(reward)}, wanted an integer of 32 bits`);
  }
}
