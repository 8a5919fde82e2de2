// One call to what is being checked, and what came of it: a value, copied before anybody could change it, or an
// error. Nothing that a policy or an environment throws ends a check.
import { alike, copy, isThenable, show } from "./values.ts";

export interface Answer {
  /** The call as it would be written. */
  readonly call: () => string;
  /** What was handed in and could be changed, and what it held before the call. */
  readonly argument: { readonly value: unknown; readonly copy: unknown } | null;
  /** What was handed out, and what it held at that moment. */
  readonly value: unknown;
  readonly copy: unknown;
  /** What was thrown instead, and the code that it carries. */
  readonly threw: { readonly error: unknown; readonly code: string | null } | null;
}

export function ask(call: () => string, f: () => unknown, argument: Answer["argument"] = null): Answer {
  try {
    const value = f();
    // A promise is reported as such; that it also fails must not end the process.
    if (isThenable(value)) value.then(nothing, nothing);
    return { call, argument, value, copy: copy(value), threw: null };
  } catch (error) {
    const threw = { error, code: codeOf(error) };
    return { call, argument, value: undefined, copy: undefined, threw };
  }
}

function nothing(): void {}

/** Judged by name and code, so that a second copy of this package in a project is no stranger. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== "PolicyLedgerError") return null;
  return String(Reflect.get(error, "code"));
}

export function showAnswer(answer: Answer | undefined): string {
  if (answer === undefined) return "nothing, the episode was over";
  if (answer.threw !== null) return `an error (${show(answer.threw.error, 120)})`;
  return show(answer.copy, 160);
}

/** The calls that were made, one after the other, as they would be written. */
export function showCalls(answers: readonly Answer[]): string {
  const calls = answers.map((answer) => answer.call());
  if (calls.length <= MAX_CALLS) return calls.join(", ");
  return [...calls.slice(0, MAX_CALLS - 2), "…", calls.at(-1)].join(", ");
}

const MAX_CALLS = 8;

export type Same = (a: unknown, b: unknown) => boolean;

/** Where two runs of the same calls first differ; −1 where they do not. Errors count as the same, whatever they say. */
function parting(a: readonly Answer[], b: readonly Answer[], same: Same = alike): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a[i], b[i]];
    if (left === undefined || right === undefined) return i;
    if ((left.threw === null) !== (right.threw === null)) return i;
    if (left.threw === null && !same(left.copy, right.copy)) return i;
  }
  return -1;
}

/** Says how two runs differ, `a` being the expected one; null where they do not. */
export function difference(
  a: readonly Answer[],
  b: readonly Answer[],
  where: { readonly a: string; readonly b: string },
  same: Same = alike,
): string | null {
  const i = parting(a, b, same);
  if (i < 0) return null;
  const calls = showCalls((a.length > i ? a : b).slice(0, i + 1));
  return `After ${calls} the last answer was ${showAnswer(a[i])} ${where.a} and ${showAnswer(b[i])} ${where.b}`;
}

/** Advances two runs in turn, so that whatever they share shows; gives the answers of the first. */
export function interleave(a: Iterator<Answer>, b: Iterator<Answer>): Answer[] {
  const answers: Answer[] = [];
  for (let next = a.next(); next.done !== true; next = a.next()) {
    answers.push(next.value);
    b.next();
  }
  return answers;
}
