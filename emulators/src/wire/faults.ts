// Faults on demand: told over HTTP, the stand-in fails, delays, drops, duplicates or reorders the n-th call of a kind.
import alea from "seedrandom/lib/alea.js";
import { Code, StatusError } from "./status.ts";

const ACTIONS = ["fail", "delay", "drop", "duplicate", "reorder"] as const;
type Action = (typeof ACTIONS)[number];

/** Which calls of a kind a rule strikes: the n-th, each n-th, or each with a chance; all of them if it says nothing. */
interface Rule {
  readonly kind: string;
  readonly action: Action;
  readonly nth?: number;
  readonly every?: number;
  readonly chance?: number;
  /** How often the rule strikes at most. */
  readonly times?: number;
  readonly code: Code;
  readonly ms: number;
}

interface Armed {
  readonly rule: Rule;
  calls: number;
  struck: number;
}

interface Struck {
  readonly kind: string;
  /** The how-manieth call of its kind it was, from 1. */
  readonly call: number;
  readonly action: Action;
}

const MAX_RULES = 100;
const MAX_LOG = 10_000;
const REORDER_MS = 1_000;
const MAX_MS = 3_600_000;

export class Faults {
  readonly enabled: boolean;
  /** What a rule may strike: deliveries, and the RPCs of the services that use this. */
  readonly #kinds = new Set(["event", "message"]);
  readonly #streams = new Set<string>();
  #armed: Armed[] = [];
  #random: () => number = alea("0");
  readonly #calls = new Map<string, number>();
  readonly #log: Struck[] = [];
  readonly #waiting = new Map<string, () => void>();

  constructor(enabled: boolean) {
    this.enabled = enabled;
  }

  /** Makes a kind of call one that rules may name. */
  know(kind: string, { isStream }: { isStream: boolean }): void {
    this.#kinds.add(kind);
    if (isStream) this.#streams.add(kind);
  }

  /** Does the work of one call of a kind, with what the rules do to it. */
  async around<T>(kind: string, work: () => T | Promise<T>): Promise<T> {
    if (this.#armed.length === 0) return work();
    const rule = this.next(kind);
    const release = this.#waiting.get(kind);
    this.#waiting.delete(kind);
    try {
      return await this.#strike(kind, rule, work);
    } finally {
      release?.();
    }
  }

  /** Counts a call and says which rule strikes it. */
  next(kind: string): Rule | null {
    if (this.#armed.length === 0) return null;
    const call = (this.#calls.get(kind) ?? 0) + 1;
    this.#calls.set(kind, call);
    let striking: Rule | null = null;
    for (const armed of this.#armed) {
      if (armed.rule.kind !== kind) continue;
      armed.calls++;
      if (striking !== null || !this.#strikes(armed)) continue;
      armed.struck++;
      striking = armed.rule;
      this.#log.push({ kind, call, action: striking.action });
      if (this.#log.length > MAX_LOG) this.#log.shift();
    }
    return striking;
  }

  async #strike<T>(kind: string, rule: Rule | null, work: () => T | Promise<T>): Promise<T> {
    switch (rule?.action) {
      case undefined:
        return work();
      case "fail":
        throw new StatusError(rule.code, `Fault on demand: ${kind} fails before it is done`);
      case "delay":
        await pause(rule.ms);
        return work();
      case "drop":
        await work();
        throw new StatusError(rule.code, `Fault on demand: ${kind} is done, its answer is dropped`);
      case "duplicate": {
        const answer = await work();
        // What becomes of the second one, nobody is told.
        await Promise.try(work).catch(() => {});
        return answer;
      }
      case "reorder":
        await Promise.race([
          new Promise<void>((resolve) => this.#waiting.set(kind, resolve)),
          pause(rule.ms || REORDER_MS),
        ]);
        return work();
    }
  }

  #strikes({ rule, calls, struck }: Armed): boolean {
    if (rule.times !== undefined && struck >= rule.times) return false;
    if (rule.nth !== undefined) return calls === rule.nth;
    if (rule.every !== undefined) return calls % rule.every === 0;
    return rule.chance === undefined || this.#random() < rule.chance;
  }

  /** `GET`, `PUT` and `DELETE /admin/faults`. */
  async handle(request: Request): Promise<Response> {
    if (!this.enabled)
      return Response.json({ error: "Faults on demand are off: start with --admin" }, { status: 404 });
    if (request.method === "PUT") {
      const plan = readPlan(await request.text(), this.#kinds, this.#streams);
      if ("faults" in plan) return Response.json(plan, { status: 400 });
      this.arm(plan.seed, plan.rules);
    } else if (request.method === "DELETE") {
      this.arm(0, []);
    } else if (request.method !== "GET") {
      return Response.json({ error: `${request.method} is not GET, PUT or DELETE` }, { status: 405 });
    }
    return Response.json({
      rules: this.#armed.map(({ rule }) => rule),
      calls: Object.fromEntries(this.#calls),
      struck: this.#log,
    });
  }

  arm(seed: number, rules: readonly Rule[]): void {
    this.#armed = rules.map((rule) => ({ rule, calls: 0, struck: 0 }));
    this.#random = alea(String(seed));
    this.#calls.clear();
    this.#log.length = 0;
    for (const release of this.#waiting.values()) release();
    this.#waiting.clear();
  }
}

type Plan =
  | { readonly seed: number; readonly rules: readonly Rule[] }
  | { readonly faults: readonly string[] };
type Raw = Readonly<Record<string, unknown>>;

function readPlan(text: string, kinds: ReadonlySet<string>, streams: ReadonlySet<string>): Plan {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return { faults: [`The body is not JSON: ${(error as Error).message}`] };
  }
  if (!isObject(body)) return { faults: ["The body is not an object"] };
  const { seed = 0, rules, ...rest } = body;
  const faults = Object.keys(rest).map((name) => `${name}: unknown`);
  if (!Number.isSafeInteger(seed)) faults.push("seed: not an integer");
  if (!Array.isArray(rules) || rules.length > MAX_RULES) {
    faults.push(`rules: not a list of at most ${MAX_RULES}`);
    return { faults };
  }
  for (const [i, rule] of rules.entries())
    faults.push(...faultsOf(rule, kinds, streams).map((fault) => `rules.${i}${fault}`));
  return faults.length > 0 ? { faults } : { seed: seed as number, rules: rules.map(ruleOf) };
}

function faultsOf(raw: unknown, kinds: ReadonlySet<string>, streams: ReadonlySet<string>): string[] {
  if (!isObject(raw)) return [": not an object"];
  const { kind, action, nth, every, chance, times, code = "UNAVAILABLE", ms, ...rest } = raw;
  const faults: string[] = [];
  const check = (name: string, holds: boolean, wanted: string) => {
    if (!holds) faults.push(`.${name}: not ${wanted}`);
  };
  check("kind", kinds.has(kind as string), `one of ${[...kinds].sort().join(", ")}`);
  check("action", ACTIONS.includes(action as Action), `one of ${ACTIONS.join(", ")}`);
  if (action === "duplicate" && streams.has(kind as string))
    faults.push(`.action: ${kind} streams its answer, which cannot be done twice and answered once`);
  check(
    "code",
    typeof code === "string" && Object.hasOwn(Code, code) && code !== "OK",
    "the name of an error status",
  );
  check("chance", chance === undefined || isWithin(chance, 0, 1), "a number from 0 to 1");
  for (const [name, value] of Object.entries({ nth, every, times }))
    check(name, value === undefined || isCount(value, Number.MAX_SAFE_INTEGER), "an integer from 1");
  check("ms", ms === undefined || isCount(ms, MAX_MS), `an integer from 1 to ${MAX_MS}`);
  if (action === "delay" && ms === undefined) faults.push(".ms: a delay needs it");
  if ([nth, every, chance].filter((each) => each !== undefined).length > 1)
    faults.push(": nth, every and chance exclude each other");
  return [...faults, ...Object.keys(rest).map((name) => `.${name}: unknown`)];
}

function ruleOf({ code = "UNAVAILABLE", ms = 0, ...rest }: Raw): Rule {
  return {
    ...(rest as Pick<Rule, "kind" | "action">),
    code: Code[code as keyof typeof Code],
    ms: ms as number,
  };
}

function isObject(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && isWithin(value, 1, most);
}

/** What is late does not keep a process that has nothing else to do. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
