// A model laid out flat, so that a draw is one multiplication and two look-ups:
// outcome i of a Chance owns as many slots as its weight, and draw u picks slot floor(u × total).
import { refuseFaults } from "../error.ts";
import type { Chance, Model, Outcome } from "./environment.ts";
import { type EnvironmentKind, stateCountOf } from "./kind.ts";
import { MAX_ROWS, ModelFaults } from "./model-faults.ts";

export interface Tables {
  readonly start: { readonly total: number; readonly states: Uint16Array };
  /** By state × actions + action: where the row's slots begin in `outcomeSlots`, and how many there are. */
  readonly outcomeAt: Int32Array;
  readonly outcomeTotal: Int32Array;
  readonly outcomeSlots: Uint16Array;
  /** By outcome; -1 in `after` where the episode terminates. */
  readonly reward: Int32Array;
  readonly after: Int16Array;
  readonly endObservation: Uint16Array;
  /** By after-state: the row's slots in `arrivalSlots`, and what the horizon pays there. */
  readonly arrivalAt: Int32Array;
  readonly arrivalTotal: Int32Array;
  readonly arrivalSlots: Uint16Array;
  readonly truncationReward: Int32Array;
  /** By Markov state. */
  readonly observationOf: Uint16Array;
}

/** Lays out the model of a kind; `invalid_environment` names all that its tables cannot hold. */
export function layOut(kind: EnvironmentKind, model: Model): Tables {
  const what = `Cannot make ${kind.id}`;
  const faults = new ModelFaults();
  faults.counts(model, kind.actions.length);
  refuseFaults("invalid_environment", what, faults.list);
  const observations = stateCountOf(kind);
  faults.observationOf(model, observations);
  const startRow = new Slots();
  if (faults.chance("/start", model.start)) {
    faults.states("/start", model.start, model.stateCount);
    startRow.add(model.start, (i) => model.start.outcomes[i]!);
  }
  const { outcomes, rows: outcomeRows } = layOutOutcomes(model, observations, faults);
  const { truncationReward, rows: arrivalRows } = layOutArrivals(model, faults);
  refuseFaults("invalid_environment", what, faults.list);
  return {
    start: { total: model.start.total, states: Uint16Array.from(startRow.slots) },
    outcomeAt: Int32Array.from(outcomeRows.at),
    outcomeTotal: Int32Array.from(outcomeRows.totals),
    outcomeSlots: Uint16Array.from(outcomeRows.slots),
    reward: Int32Array.from(outcomes, (outcome) => outcome.reward),
    after: Int16Array.from(outcomes, (outcome) => outcome.after ?? -1),
    endObservation: Uint16Array.from(outcomes, (outcome) => outcome.endObservation),
    arrivalAt: Int32Array.from(arrivalRows.at),
    arrivalTotal: Int32Array.from(arrivalRows.totals),
    arrivalSlots: Uint16Array.from(arrivalRows.slots),
    truncationReward: Int32Array.from(truncationReward),
    observationOf: Uint16Array.from(model.observationOf),
  };
}

function layOutOutcomes(model: Model, observations: number, faults: ModelFaults) {
  const outcomes: Outcome[] = [];
  const rows = new Slots();
  for (let state = 0; state < model.stateCount; state++) {
    for (let action = 0; action < model.actionCount; action++) {
      const path = `/outcomes/${state}/${action}`;
      const row = model.outcomes(state, action);
      if (!faults.chance(path, row)) continue;
      faults.outcomes(path, row, model.afterCount, observations);
      const first = outcomes.length;
      if (first + row.outcomes.length > MAX_ROWS) {
        faults.note("/outcomes", `more than ${MAX_ROWS} over all states and actions`);
        return { outcomes, rows };
      }
      for (const outcome of row.outcomes) outcomes.push(outcome);
      rows.add(row, (i) => first + i);
    }
  }
  return { outcomes, rows };
}

function layOutArrivals(model: Model, faults: ModelFaults) {
  const truncationReward: number[] = [];
  const rows = new Slots();
  for (let after = 0; after < model.afterCount; after++) {
    const path = `/arrivals/${after}`;
    const row = model.arrivals(after);
    if (faults.chance(path, row)) {
      faults.states(path, row, model.stateCount);
      rows.add(row, (i) => row.outcomes[i]!);
    }
    const reward = model.truncationReward(after);
    faults.reward(`/truncationReward/${after}`, reward);
    truncationReward.push(reward);
  }
  return { truncationReward, rows };
}

/** Rows of slots behind one another; equal Chances (the same object) share theirs. */
class Slots {
  readonly at: number[] = [];
  readonly totals: number[] = [];
  readonly slots: number[] = [];
  private readonly known = new Map<Chance<unknown>, number>();

  add(row: Chance<unknown>, outcome: (i: number) => number): void {
    const known = this.known.get(row);
    this.at.push(known ?? this.slots.length);
    this.totals.push(row.total);
    if (known !== undefined) return;
    this.known.set(row, this.slots.length);
    row.weights.forEach((weight, i) => {
      for (let slot = 0; slot < weight; slot++) this.slots.push(outcome(i));
    });
  }
}
