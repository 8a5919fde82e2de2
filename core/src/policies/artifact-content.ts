// What an artifact must hold besides its shape: actions, states, fields and numbers that its environment has.
import { type EnvironmentKind, isIndex, stateCountOf } from "../environments/kind.ts";
import { type Fault, quote } from "../error.ts";
import { MAX_FAULTS, MAX_RULES, MAX_WEIGHT } from "../limits.ts";
import type { Artifact, RulesArtifact } from "./artifact.ts";

/** All that is wrong with an artifact of the right shape, up to the limit. */
export function contentFaults(artifact: Artifact, kind: EnvironmentKind): readonly Fault[] {
  const faults = new Faults();
  checkContent(artifact, kind, faults);
  return faults.list;
}

class Faults {
  readonly list: Fault[] = [];
  add(path: string, message: string): void {
    if (this.list.length < MAX_FAULTS) this.list.push({ path, message });
  }
}

function checkContent(artifact: Artifact, kind: EnvironmentKind, faults: Faults): void {
  if ("default_action" in artifact) checkAction(artifact.default_action, "/default_action", kind, faults);
  if (artifact.kind === "q-table") checkQ(artifact.q, kind, faults);
  if (artifact.kind === "action-table") checkActions(artifact.actions, kind, faults);
  if (artifact.kind === "linear") checkWeights(artifact.weights, kind, faults);
  if (artifact.kind === "rules") checkRules(artifact.rules, kind, faults);
}

function checkAction(action: unknown, path: string, kind: EnvironmentKind, faults: Faults): void {
  if (isIndex(action, kind.actions.length)) return;
  faults.add(path, `unknown action ${quote(action)}: wanted 0 to ${kind.actions.length - 1}`);
}

function checkQ(rows: unknown, kind: EnvironmentKind, faults: Faults): void {
  const states = stateCountOf(kind);
  const width = kind.actions.length + 1;
  if (!Array.isArray(rows)) {
    faults.add("/q", "wanted a list of rows");
    return;
  }
  let previous = -1;
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    if (!Array.isArray(row) || row.length !== width) {
      faults.add(`/q/${i}`, `wanted a row of ${width} numbers: the state, then a value for each action`);
      continue;
    }
    const state: unknown = row[0];
    if (!isIndex(state, states))
      faults.add(`/q/${i}/0`, `unknown state ${quote(state)}: wanted 0 to ${states - 1}`);
    else if (state <= previous)
      faults.add(`/q/${i}/0`, `state ${state} does not follow ${previous}: rows ascend`);
    else previous = state;
    for (let j = 1; j < width; j++) if (!isWeight(row[j])) faults.add(`/q/${i}/${j}`, badWeight(row[j]));
  }
}

function checkActions(actions: string, kind: EnvironmentKind, faults: Faults): void {
  const states = stateCountOf(kind);
  if (actions.length !== states)
    faults.add("/actions", `wanted ${states} characters, one a state, got ${actions.length}`);
  for (let i = 0; i < Math.min(actions.length, states); i++) {
    if (actions[i] === "." || isIndex(digit(actions, i), kind.actions.length)) continue;
    faults.add("/actions", `unknown action ${quote(actions[i])} for state ${i}`);
  }
}

/** The action that a base-36 digit names, or -1. */
export function digit(actions: string, i: number): number {
  const unit = actions.charCodeAt(i);
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  return unit >= 0x61 && unit <= 0x7a ? unit - 0x61 + 10 : -1;
}

function checkWeights(weights: unknown, kind: EnvironmentKind, faults: Faults): void {
  const width = kind.fields.reduce((sum, { size }) => sum + size, 1);
  if (!Array.isArray(weights) || weights.length !== kind.actions.length) {
    faults.add("/weights", `wanted ${kind.actions.length} rows, one an action`);
    return;
  }
  for (const [i, row] of (weights as readonly unknown[]).entries()) {
    if (!Array.isArray(row) || row.length !== width) {
      faults.add(`/weights/${i}`, `wanted ${width} numbers: a bias, then one for each value of each field`);
      continue;
    }
    for (let j = 0; j < width; j++)
      if (!isWeight(row[j])) faults.add(`/weights/${i}/${j}`, badWeight(row[j]));
  }
}

/** By hand: a schema would name each of tens of thousands of wrong values, and can run out of stack over them. */
function isRule(rule: unknown): rule is RulesArtifact["rules"][number] {
  if (!isObject(rule) || Object.keys(rule).length !== 2) return false;
  const { when, action } = rule;
  const lists = isObject(when) ? Object.values(when) : [null];
  return (
    Number.isSafeInteger(action) &&
    lists.every((values) => Array.isArray(values) && values.every((value) => Number.isSafeInteger(value)))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function checkRules(rules: unknown, kind: EnvironmentKind, faults: Faults): void {
  if (!Array.isArray(rules) || rules.length > MAX_RULES) {
    faults.add("/rules", `wanted a list of at most ${MAX_RULES} rules`);
    return;
  }
  for (const [i, rule] of (rules as readonly unknown[]).entries()) {
    if (!isRule(rule)) {
      faults.add(`/rules/${i}`, 'wanted {"when": {field: [values]}, "action": action}');
      continue;
    }
    checkAction(rule.action, `/rules/${i}/action`, kind, faults);
    for (const [name, values] of Object.entries(rule.when)) {
      const field = kind.fields.find((known) => known.name === name);
      if (field === undefined) {
        faults.add(`/rules/${i}/when`, `unknown field ${quote(name)}`);
      } else if (
        !values.every((value, j) => isIndex(value, field.size) && (j === 0 || value > values[j - 1]!))
      ) {
        faults.add(`/rules/${i}/when/${name}`, `wanted ascending values from 0 to ${field.size - 1}`);
      }
    }
  }
}

function isWeight(value: unknown): value is number {
  return typeof value === "number" && value >= -MAX_WEIGHT && value <= MAX_WEIGHT;
}

function badWeight(value: unknown): string {
  return `wanted a number from -1e12 to 1e12, got ${quote(value)}`;
}
