// Questions on a terminal, each with an answer that Enter takes and a check that asks again.
import { createInterface } from "node:readline/promises";
import { usage } from "./exit.ts";
import { type Terminal, wrap } from "./terminal.ts";

export interface Question {
  readonly text: string;
  readonly usual: string;
  /** Why an answer will not do, or null. */
  fault(answer: string): string | null;
}

interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The answers, in order. Ctrl-C ends with the signal's reason; the end of the input is no answer. */
export async function ask(
  questions: readonly Question[],
  { note, paint, width }: Terminal,
  signal: AbortSignal,
  { input, output }: Streams = { input: process.stdin, output: process.stderr },
): Promise<string[]> {
  const asked = createInterface({ input, output });
  let isDone = false;
  // In raw mode Ctrl-C is a key like others.
  asked.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const ended = new Promise<never>((_, reject) => {
    asked.once("close", () => {
      // Behind the question that stands there; Ctrl-C brings a line of its own.
      if (!isDone && !signal.aborted) output.write("\n");
      reject(usage("the input ended before all was answered; nothing was written"));
    });
  });
  ended.catch(() => {});
  try {
    const answers: string[] = [];
    for (const { text, usual, fault } of questions) {
      for (;;) {
        const prompt = `${paint.bold(text)} ${paint.dim(`[${usual}]`)} `;
        const answer = (await Promise.race([asked.question(prompt, { signal }), ended])).trim() || usual;
        const wrong = fault(answer);
        if (wrong === null) {
          answers.push(answer);
          break;
        }
        note(`${paint.yellow("!")} ${wrap(wrong, width, 2)}`);
      }
    }
    isDone = true;
    return answers;
  } finally {
    asked.close();
  }
}

/** Somebody is there to answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}
