// An explanation in words: plain English sentences, made from its counts and nothing else.
import type { EnvironmentKind, Field } from "../environments/kind.ts";
import type { Explanation, Situation } from "./explain.ts";
import type { Feature } from "./explain-features.ts";
import type { ListedRule, RuleList } from "./explain-rules.ts";

type Told = Omit<Explanation, "summary">;

const MOST_CERTAINTIES = 3;
const BILLION = 1_000_000_000n;

export function summaryOf(kind: EnvironmentKind, told: Told): readonly string[] {
  const draws = told.rules === null;
  return [
    scope(told),
    ...(draws ? [drawing(kind)] : shares(told)),
    ...(draws || isConstant(told)
      ? []
      : [...deciding(kind, told), ...certainties(kind, told), list(told.rules!)]),
    ...gaps(kind, told),
    ...ties(told),
  ];
}

/** A decision list as one reads it, a line a rule. */
export function ruleLines(kind: EnvironmentKind, rules: readonly ListedRule[]): readonly string[] {
  return rules.map((rule) => {
    const named = kind.fields.filter(({ name }) => Object.hasOwn(rule.when, name));
    const conditions = named.map((field) => condition(field, rule.when[field.name]!));
    const otherwise = rules.length === 1 ? "Always" : "Otherwise";
    const when = conditions.length === 0 ? otherwise : `When ${conditions.join(" and ")}`;
    return `${when}: ${kind.actions[rule.action]} (${percent(rule.share)} of its steps${truth(rule)})`;
  });
}

function truth({ situations, covers, share, covered_share }: ListedRule): string {
  if (covers === situations) return "";
  const right = share === 0 ? 0 : Number((BigInt(covered_share) * BILLION) / BigInt(share));
  return `, true of ${covers === 0 ? percent(0) : percent(right)} of them`;
}

function scope({ env_id, situations, actions }: Told): string {
  const steps = actions.reduce((sum, { visits }) => sum + visits, 0);
  const tenths = Math.floor((steps + 50_000_000) / 100_000_000);
  return `In ${env_id} it gets into ${counted(situations.length, "situation")}, and acts ${decimal(tenths)} ${tenths === 10 ? "time" : "times"} an episode on average.`;
}

function drawing({ actions }: EnvironmentKind): string {
  return `It draws: whatever the situation, it takes each of its ${actions.length} actions equally often, ${percent(Math.floor(1_000_000_000 / actions.length))} of the time.`;
}

function shares(told: Told): string[] {
  if (isConstant(told)) return [`It always takes ${told.actions.find((a) => a.situations > 0)!.name}.`];
  const taken = told.actions.filter(({ situations }) => situations > 0).sort((a, b) => b.share - a.share);
  const parts = taken.map(
    ({ name, share }, i) => `${name} in ${percent(share)}${i === 0 ? " of its steps" : ""}`,
  );
  const never = told.actions.filter(({ situations }) => situations === 0).map(({ name }) => name);
  return [
    `It takes ${joined(parts, "and")}.`,
    ...(never.length > 0 ? [`It never takes ${joined(never, "or")}.`] : []),
  ];
}

function isConstant({ actions }: Told): boolean {
  return actions.filter(({ situations }) => situations > 0).length === 1;
}

function deciding(kind: EnvironmentKind, { features }: Told): string[] {
  const [first, ...others] = features.filter(({ changed }) => changed > 0);
  const idle = features.filter(({ changed, pairs }) => changed === 0 && pairs > 0);
  const untold = features.filter(({ pairs, seen }) => pairs === 0 && seen.length > 1);
  const then = others.map((feature) => `${spoken(feature.field)} (${feature.changed} of ${feature.pairs})`);
  const sentences = features
    .filter(({ seen }) => seen.length === 1)
    .map(({ field, seen }) => {
      const known = kind.fields.find(({ name }) => name === field)!;
      return `It only gets where ${condition(known, seen)}.`;
    });
  if (first !== undefined) {
    sentences.unshift(
      `${capital(spoken(first.field))} decides most: of ${counted(first.pairs, "pair")} of situations that differ ` +
        `in it alone, ${first.changed} get different actions${then.length > 0 ? `; then ${joined(then, "and")}` : ""}.`,
    );
  }
  if (idle.length > 0) sentences.push(`${capital(names(idle, "and"))} alone never ${verb(idle)} the action.`);
  if (untold.length > 0)
    sentences.push(
      `No two situations differ in ${names(untold, "or")} alone: whether it decides cannot be told.`,
    );
  return sentences;
}

function names(features: readonly Feature[], word: string): string {
  return joined(
    features.map(({ field }) => spoken(field)),
    word,
  );
}

function verb({ length }: readonly unknown[]): string {
  return length === 1 ? "changes" : "change";
}

/** Values of one field under which there is only one action, in the order of the features. */
function certainties(kind: EnvironmentKind, { features, situations }: Told): string[] {
  const sentences: string[] = [];
  for (const { field, seen } of features.filter((feature) => feature.seen.length > 1)) {
    const at = kind.fields.findIndex(({ name }) => name === field);
    const certain = new Map<number, number[]>();
    for (const value of seen) {
      const taken = new Set(
        situations.filter(({ values }) => values[at] === value).map(({ action }) => action),
      );
      const [action] = taken;
      if (taken.size === 1) certain.set(action!, [...(certain.get(action!) ?? []), value]);
    }
    for (const [action, values] of [...certain].sort(([a], [b]) => a - b)) {
      const known = kind.fields[at]!;
      // A number here and a number there is chance more often than reason.
      if (known.labels === undefined && runsOf(values).length > 1) continue;
      const when = condition(known, values);
      sentences.push(`When ${when} it always takes ${kind.actions[action]}.`);
    }
  }
  return sentences.slice(0, MOST_CERTAINTIES);
}

function list({ rules, situations, covers, share }: RuleList): string {
  const say = rules.length === 1 ? "One rule says" : `Of ${rules.length} rules, the first that fits says`;
  if (covers === situations) return `${say} exactly what it does in all of its situations.`;
  return (
    `${say} what it does in ${percent(share)} of its steps (in ${covers} of ${situations} situations); ` +
    "no short list was found that says all."
  );
}

/** What a learned table does not know. */
function gaps(kind: EnvironmentKind, told: Told): string[] {
  if (told.kind !== "q-table" && told.kind !== "action-table") return [];
  const unknown = told.situations.filter(({ decision }) => decision.by === "default");
  if (unknown.length === 0) return [`Its table knows all of these situations.`];
  const where = `${unknown.length} of these ${counted(told.situations.length, "situation")}`;
  const share = percent(shareOf(unknown, told.situations));
  return [
    `Its table does not know ${where}, ${share} of its steps: there it takes ${kind.actions[unknown[0]!.action!]}, its default.`,
  ];
}

function ties({ situations }: Told): string[] {
  const tied = situations.filter(({ decision }) => decision.by === "values" && decision.margin === 0);
  if (tied.length === 0) return [];
  return [
    `In ${counted(tied.length, "situation")} its best actions have equal values, and it takes the first of them.`,
  ];
}

function shareOf(some: readonly Situation[], all: readonly Situation[]): number {
  const visits = (situations: readonly Situation[]) => situations.reduce((sum, each) => sum + each.visits, 0);
  return Number((BigInt(visits(some)) * BILLION) / BigInt(visits(all)));
}

function condition(field: Field, values: readonly number[]): string {
  return `${spoken(field.name)} is ${valuesText(field, values)}`;
}

function valuesText({ labels, size }: Field, values: readonly number[]): string {
  if (labels !== undefined)
    return joined(
      values.map((value) => labels[value]!),
      "or",
    );
  const runs = runsOf(values).map(([low, high]) => {
    if (low === high) return `${low}`;
    if (high === size - 1) return `${low} or more`;
    return low === 0 ? `at most ${high}` : `${low} to ${high}`;
  });
  return joined(runs, "or");
}

function runsOf(values: readonly number[]): (readonly [number, number])[] {
  const starts = values.filter((value) => !values.includes(value - 1));
  const ends = values.filter((value) => !values.includes(value + 1));
  return starts.map((low, i) => [low, ends[i]!] as const);
}

function spoken(name: string): string {
  return name.replaceAll("_", " ");
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function joined(parts: readonly string[], word: string): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Billionths as percent; what is not all or nothing is not rounded to it. */
function percent(share: number): string {
  const tenths = Math.floor((share + 500_000) / 1_000_000);
  if (tenths === 0 && share > 0) return "under 0.1%";
  if (tenths === 1000 && share < 1_000_000_000) return "over 99.9%";
  return `${decimal(tenths)}%`;
}

function decimal(tenths: number): string {
  const rest = tenths % 10;
  return rest === 0 ? `${tenths / 10}` : `${(tenths - rest) / 10}.${rest}`;
}
