// A model laid out flat, so that a draw is one multiplication and two look-ups:
// outcome i of a Chance owns as many slots as its weight, and draw u picks slot floor(u × total).
import type { Chance, Model, Outcome } from "./environment.ts";

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

/** What the narrowest of the tables' number types holds. */
const MAX_ROWS = 32_767;

export function layOut(model: Model): Tables {
  const outcomes: Outcome[] = [];
  const outcomeRows = new Slots();
  for (let state = 0; state < model.stateCount; state++) {
    for (let action = 0; action < model.actionCount; action++) {
      const row = model.outcomes(state, action);
      const first = outcomes.push(...row.outcomes) - row.outcomes.length;
      outcomeRows.add(row, (i) => first + i);
    }
  }
  const arrivalRows = new Slots();
  for (let after = 0; after < model.afterCount; after++) {
    const row = model.arrivals(after);
    arrivalRows.add(row, (i) => row.outcomes[i]!);
  }
  if (outcomes.length > MAX_ROWS || model.stateCount > MAX_ROWS || model.afterCount > MAX_ROWS) {
    throw new Error(
      `bug: a model of more than ${MAX_ROWS} outcomes, states or after-states does not fit its tables`,
    );
  }
  const startRow = new Slots();
  startRow.add(model.start, (i) => model.start.outcomes[i]!);
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
    truncationReward: Int32Array.from({ length: model.afterCount }, (_, after) =>
      model.truncationReward(after),
    ),
    observationOf: Uint16Array.from(model.observationOf),
  };
}

/** Rows of slots behind one another; equal Chances (the same object) share theirs. */
class Slots {
  readonly at: number[] = [];
  readonly totals: number[] = [];
  readonly slots: number[] = [];
  private readonly known = new Map<Chance<unknown>, number>();

  add(row: Chance<unknown>, outcome: (i: number) => number): void {
    // A draw has 32 bits; up to here floor(draw × total) is exact.
    if (row.total > 2_097_152)
      throw new Error(`bug: a row of total ${row.total} is too fine for a 32-bit draw`);
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
