// A short decision list that says what a policy does in its situations, as the rules of an artifact would: the first
// rule that fits decides. Rules are put in one by one where they set most situations right, all counts being integers.
import type { EnvironmentKind, Field } from "../environments/kind.ts";
import { toBillionths } from "../evaluation/rational.ts";
import { type Box, BoxSearch, type Wanted } from "./explain-boxes.ts";
import { seenValues } from "./explain-features.ts";
import { ruleLines } from "./explain-text.ts";

/** A decision list. The last rule fits always, so that with its action as `default_action` this is an artifact. */
export interface RuleList {
  readonly rules: readonly ListedRule[];
  readonly situations: number;
  /** In so many of the situations the policy does what the list says: in all, if the list is exact. */
  readonly covers: number;
  /** In so large a share of its steps, in billionths. */
  readonly share: number;
  /** The list as one reads it, a line a rule. */
  readonly text: readonly string[];
}

export interface ListedRule {
  readonly when: Readonly<Record<string, readonly number[]>>;
  readonly action: number;
  /** The situations that this rule is the first to fit, and in how many of them the policy does what it says. */
  readonly situations: number;
  readonly covers: number;
  /** The shares of all steps that these are, in billionths. */
  readonly share: number;
  readonly covered_share: number;
}

/** A situation in which the action is known. */
export interface Known {
  readonly values: readonly number[];
  readonly action: number;
  /** In billionths, as all its like. */
  readonly visits: number;
}

/** A list of so many rules may be exact. */
const MOST_RULES = 6;
/** There is no hope of one where the first attempt has more than one situation in so many wrong. */
const HOPELESS = 8;
/** Otherwise there are fewer, and each must set right so large a share of what the policy does. */
const MOST_ROUGH_RULES = 5;
const LEAST_SHARE = 100; // one in so many
/** What a bound more must set right: several prices are tried, and the best list is kept. In situations × 4, */
const PRICES = [4, 2, 1];
/** and in shares of what the policy does: one in so many. */
const ROUGH_PRICES = [100, 200, 400];

/** The best list that is found: exact, if it can be with few rules; otherwise right as often as it can be. */
export function rulesOf(kind: EnvironmentKind, cases: readonly Known[]): RuleList {
  const ground = groundOf(kind.fields, kind.actions.length, cases);
  const exact = exactOf(ground);
  if (exact !== null) return listed(kind, ground, exact);
  const all = sumOf(ground.weights);
  const prices = ROUGH_PRICES.map((share) => Math.ceil(all / share));
  return listed(kind, ground, bestOf(ground, prices, MOST_ROUGH_RULES, Math.ceil(all / LEAST_SHARE)));
}

function exactOf(ground: Ground): List | null {
  const counted = { ...ground, weights: ground.actions.map(() => 4) };
  // Where the list at the lowest price is far from exact, no other is; trying them would take most of the time.
  const first = bestOf(counted, PRICES.slice(-1), MOST_RULES, 0);
  if (wrong(counted, first) * HOPELESS > sumOf(counted.weights)) return null;
  const best = bestOf(counted, PRICES, MOST_RULES, 0);
  return wrong(counted, best) === 0 ? best : null;
}

/** What a search goes by: the situations, by the ranks of their values among those that were seen. */
interface Ground {
  readonly fields: readonly Field[];
  readonly seen: readonly (readonly number[])[];
  readonly ranks: readonly (readonly number[])[];
  readonly actions: readonly number[];
  /** What it is worth that a situation is right. */
  readonly weights: readonly number[];
  readonly actionCount: number;
  readonly boxes: BoxSearch;
}

interface List {
  readonly boxes: readonly Box[];
  readonly otherwise: number;
}

function groundOf(fields: readonly Field[], actionCount: number, cases: readonly Known[]): Ground {
  const seen = fields.map((_, i) => seenValues(cases, i));
  const sizes = seen.map(({ length }) => length);
  return {
    fields,
    seen,
    ranks: cases.map(({ values }) => values.map((value, i) => seen[i]!.indexOf(value))),
    actions: cases.map(({ action }) => action),
    weights: cases.map(({ visits }) => visits),
    actionCount,
    boxes: new BoxSearch(fields, sizes, actionCount),
  };
}

/** Of the lists, one a price: the one with the least wrong, then the fewest rules, then the least to read. */
function bestOf(ground: Ground, prices: readonly number[], most: number, least: number): List {
  const measured = prices.map((price) => {
    const list = grow(ground, price, most, least);
    return { list, measure: [wrong(ground, list), list.boxes.length, costOf(list)] };
  });
  return measured.reduce((a, b) => (isLess(b.measure, a.measure) ? b : a)).list;
}

/** Puts in the rule that gains most, at the place where it does, until none gains more than `least`. */
function grow(ground: Ground, price: number, most: number, least: number): List {
  const everywhere = ground.actions.map((_, i) => i);
  let list: List = { boxes: [], otherwise: mostCommon(ground, everywhere) };
  while (list.boxes.length < most) {
    const longer = insertBest(ground, list, { price, floor: least });
    if (longer === null) break;
    list = withoutIdle(ground, longer);
  }
  return list;
}

/** The later place is taken where two gain the same: what is said first is what holds most. */
function insertBest(ground: Ground, list: List, { price, floor }: Wanted): List | null {
  let boxes: readonly Box[] | null = null;
  let ahead = floor;
  for (let at = list.boxes.length; at >= 0; at--) {
    const box = ground.boxes.find(gainsAt(ground, list, at), { price, floor: ahead });
    if (box === null) continue;
    ahead = box.gain - price * box.cost;
    boxes = [...list.boxes.slice(0, at), box, ...list.boxes.slice(at)];
  }
  return boxes && { ...list, boxes };
}

/** What each situation would gain or lose if a rule before the one at that place took an action in it. */
function gainsAt(ground: Ground, { boxes, otherwise }: List, at: number): Float64Array {
  const grid = ground.boxes.grid();
  for (const [i, ranks] of ground.ranks.entries()) {
    const first = boxes.findIndex((box) => holds(box, ranks));
    if (first >= 0 && first < at) continue;
    const right = ground.actions[i]!;
    const weight = ground.weights[i]!;
    if ((boxes[first]?.action ?? otherwise) !== right) {
      grid[ground.boxes.at(ranks, right)] = weight;
      continue;
    }
    for (let action = 0; action < ground.actionCount; action++)
      if (action !== right) grid[ground.boxes.at(ranks, action)] = -weight;
  }
  return grid;
}

/** Leaves out the rules without which nothing more is wrong, and says anew what is done otherwise. */
function withoutIdle(ground: Ground, { boxes, otherwise }: List): List {
  let list: List = { boxes, otherwise };
  for (let i = 0; i < list.boxes.length; i++) {
    const shorter = { ...list, boxes: list.boxes.filter((_, j) => j !== i) };
    if (wrong(ground, shorter) > wrong(ground, list)) continue;
    list = shorter;
    i--;
  }
  const left = ground.actions.map((_, i) => i).filter((i) => firstOf(ground, list, i) < 0);
  if (left.length > 0) return { ...list, otherwise: mostCommon(ground, left) };
  // Nothing is left over: what the last rule says is what is done otherwise.
  return { boxes: list.boxes.slice(0, -1), otherwise: list.boxes.at(-1)!.action };
}

/** The weight of the situations of which a list says what the policy does not do. */
function wrong(ground: Ground, list: List): number {
  return sumOf(ground.weights.filter((_, i) => !isRight(ground, list, i)));
}

function isRight(ground: Ground, list: List, i: number): boolean {
  return (list.boxes[firstOf(ground, list, i)]?.action ?? list.otherwise) === ground.actions[i];
}

function firstOf({ ranks }: Ground, { boxes }: List, i: number): number {
  return boxes.findIndex((box) => holds(box, ranks[i]!));
}

function holds({ conditions }: Box, ranks: readonly number[]): boolean {
  return conditions.every((condition, i) => condition.ranks.includes(ranks[i]!));
}

/** By weight; the smallest of equal ones. */
function mostCommon({ actions, weights, actionCount }: Ground, situations: readonly number[]): number {
  const sums = Array.from({ length: actionCount }, () => 0);
  for (const i of situations) sums[actions[i]!]! += weights[i]!;
  return sums.indexOf(Math.max(...sums));
}

function costOf({ boxes }: List): number {
  return boxes.reduce((sum, { cost }) => sum + cost, 0);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((value, j) => value !== b[j]);
  return i >= 0 && a[i]! < b[i]!;
}

function listed(kind: EnvironmentKind, ground: Ground, list: List): RuleList {
  const all = ground.actions.map((_, i) => i);
  const right = all.filter((i) => isRight(ground, list, i));
  const visits = (situations: readonly number[]) => sumOf(situations.map((i) => ground.weights[i]!));
  const share = (situations: readonly number[]) =>
    toBillionths({ num: BigInt(visits(situations)), den: BigInt(visits(all)) });
  const rule = (when: ListedRule["when"], action: number, at: number): ListedRule => {
    const decided = all.filter((i) => firstOf(ground, list, i) === at);
    const covered = decided.filter((i) => ground.actions[i] === action);
    return {
      when,
      action,
      situations: decided.length,
      covers: covered.length,
      share: share(decided),
      covered_share: share(covered),
    };
  };
  const rules = [
    ...list.boxes.map((box, at) => rule(whenOf(ground, box), box.action, at)),
    rule({}, list.otherwise, -1),
  ];
  return {
    rules,
    situations: all.length,
    covers: right.length,
    share: share(right),
    text: ruleLines(kind, rules),
  };
}

/** An interval that reaches the first or the last seen value is taken to be open there. */
function whenOf({ fields, seen }: Ground, { conditions }: Box): ListedRule["when"] {
  const when: Record<string, readonly number[]> = {};
  for (const [i, { name, size, labels }] of fields.entries()) {
    const { ranks, cost } = conditions[i]!;
    if (cost === 0) continue;
    const values = ranks.map((rank) => seen[i]![rank]!);
    when[name] = labels === undefined ? filled(values, ranks, seen[i]!, size) : values;
  }
  return when;
}

function filled(
  values: readonly number[],
  ranks: readonly number[],
  seen: readonly number[],
  size: number,
): readonly number[] {
  if (values.length === 1) return values;
  const low = ranks[0] === 0 ? 0 : values[0]!;
  const high = ranks.at(-1) === seen.length - 1 ? size - 1 : values.at(-1)!;
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}
