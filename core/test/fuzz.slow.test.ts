// Inputs at the size limits: what is wrong with them must not take long to say, nor gigabytes.
import { expect, test } from "vitest";
import { MAX_SUBMISSION_BYTES, MAX_TRAINING_STATE_BYTES } from "../src/limits.ts";
import { doors, knock, traps } from "./fuzzing.ts";

const MOST_MILLISECONDS = 10_000;
const resume = doors.find(({ name }) => name === "resumeTraining")!;
const room = MAX_TRAINING_STATE_BYTES - 100_000;

test.each(doors.map((door) => [door.name, door] as const))(
  "%s answers half a megabyte of anything soon",
  (_, door) => {
    for (const [what, text] of traps(MAX_SUBMISSION_BYTES - 1_000)) {
      try {
        knock(door, text, 2_000);
      } catch (cause) {
        throw new Error(`on ${what}`, { cause });
      }
    }
  },
);

test.each(traps(room))("resumeTraining answers 4 MB of %s soon", (_, text) => {
  expect(knock(resume, text, MOST_MILLISECONDS)).toBe("refused");
});

const list = (item: string, bytes: number) =>
  `[${`${item},`.repeat(Math.floor(bytes / (item.length + 1))).slice(0, -1)}]`;
const good = JSON.parse(resume.good[1]!);

test.each([
  ["tables of texts", ["tables"], list(list('""', 1_000), room)],
  ["millions of tables", ["tables"], list("0", room)],
  ["an endless table", ["tables"], `[${list("0", room / 2)},${list("0", room / 2)}]`],
  ["endless wrong states", ["seen"], list("-1", room)],
  ["endless states", ["seen"], list("5", room)],
  ["endless counts", ["action_counts"], list("null", room)],
  ["endless rewards", ["window", "rewards"], list('""', room)],
  ["endless wrong transitions", ["memory", "transitions"], list("0", room)],
  ["endless transitions", ["memory", "transitions"], list("[0,0,0,-1]", room)],
  ["an endless stream", ["explore", "s"], list('""', room)],
  ["an endless configuration", ["config", "env_config"], `{"x":${list('""', room)}}`],
] as const)("resumeTraining answers 4 MB of %s soon", (_, path, text) => {
  const copy = structuredClone(good);
  const holder = path.slice(0, -1).reduce((at, key) => at[key], copy);
  holder[path.at(-1)!] = "HERE";
  const whole = JSON.stringify(copy).replace('"HERE"', () => text);
  expect(whole.length).toBeLessThanOrEqual(MAX_TRAINING_STATE_BYTES);
  expect(knock(resume, whole, MOST_MILLISECONDS)).toBe("refused");
});
