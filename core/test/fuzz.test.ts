// A hang detector, not a stopwatch: no input may take a second. The traps at their full size are in
// fuzz.slow.test.ts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_ARTIFACT_BYTES, MAX_SUBMISSION_BYTES } from "../src/limits.ts";
import { doors, hostileFor, knock, traps } from "./fuzzing.ts";
import { CYBER, everyArtifact } from "./samples.ts";

const RUNS = 400;
const MOST_MILLISECONDS = 1_000;
const TRAPS = traps(64_000);

describe.each(doors.map((door) => [door.name, door] as const))("%s", (_, door) => {
  test("accepts its own good inputs", () => {
    for (const input of door.good) expect(knock(door, input, MOST_MILLISECONDS)).toBe("accepted");
  });

  test("answers hostile inputs with a value or the project's own error, soon", () => {
    const answers = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(hostileFor(door), (input) => {
        answers[knock(door, input, MOST_MILLISECONDS)] += 1;
      }),
      { numRuns: RUNS },
    );
    if (door.name !== "auditChain") expect(answers.refused).toBeGreaterThan(RUNS / 10);
  });

  test("answers long inputs soon", () => {
    for (const [what, text] of TRAPS) {
      try {
        knock(door, text, MOST_MILLISECONDS);
      } catch (cause) {
        throw new Error(`on ${what}`, { cause });
      }
    }
  });
});

describe("artifacts and submissions at their limits", () => {
  const fill = (bytes: number, unit: string) => unit.repeat(Math.floor(bytes / unit.length)).slice(0, -1);
  const envelope = (kind: string, field: string, value: string) =>
    `{"default_action":0,"env_id":"${CYBER}","kind":"${kind}","v":1,"${field}":${value}}`;
  const room = MAX_ARTIFACT_BYTES - 200;
  const bodies: readonly (readonly [string, string])[] = [
    ["rows of nothing", envelope("q-table", "q", `[${fill(room, "0,")}]`)],
    ["empty rows", envelope("q-table", "q", `[${fill(room, "[],")}]`)],
    ["rows out of order", envelope("q-table", "q", `[${fill(room, "[0,0,0,0,0,0],")}]`)],
    ["rows of texts", envelope("q-table", "q", `[${fill(room, '["","","","","",""],')}]`)],
    ["one endless row", envelope("q-table", "q", `[[${fill(room, "0,")}]]`)],
    ["unknown actions", envelope("action-table", "actions", `"${fill(room, "é")}"`)],
    [
      "a thousand rules of everything",
      envelope(
        "rules",
        "rules",
        `[${fill(room, '{"action":0,"when":{"attack_severity":[0,1,2],"attack_type":[0,1,2],"system_health":[0,1,2]}},')}]`,
      ),
    ],
    ["rules of nothing", envelope("rules", "rules", `[${fill(2_000, "0,")}]`)],
    [
      "a rule with endless wrong values",
      envelope("rules", "rules", `[{"action":0,"when":{"attack_type":[${fill(room, '"",')}]}}]`),
    ],
    [
      "a rule with endless right values",
      envelope("rules", "rules", `[{"action":0,"when":{"attack_type":[${fill(room, "0,")}]}}]`),
    ],
    [
      "a thousand rules of wrong values",
      envelope(
        "rules",
        "rules",
        `[${fill(room, `{"action":0,"when":{"attack_type":[${fill(200, '"",')}]}},`)}]`,
      ),
    ],
    [
      "a rule with endless fields",
      envelope(
        "rules",
        "rules",
        `[{"action":0,"when":{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":[]`).join(",")}}}]`,
      ),
    ],
    [
      "endless weights",
      envelope("linear", "weights", `[${fill(room, "[],")}]`).replace('"default_action":0,', ""),
    ],
    [
      "endless unknown fields",
      envelope("random", "x", `0,${Array.from({ length: 20_000 }, (_, i) => `"k${i}":0`).join(",")}`),
    ],
  ];

  const submit = doors.find(({ name }) => name.startsWith("parseSubmission"));
  const parse = doors.find(({ name }) => name === "parseArtifact");

  test.each(bodies)("an artifact with %s is answered soon", (_, body) => {
    // Some of these cannot be JSON of the right length; what counts is that there is an answer.
    knock(parse!, body, MOST_MILLISECONDS);
    const submission = submit!.good[0]!.replace(/"artifact": \{[\s\S]*$/, () => `"artifact": ${body}}`);
    expect(submission.length).toBeLessThan(MAX_SUBMISSION_BYTES);
    knock(submit!, submission, MOST_MILLISECONDS);
  });

  test("a thousand rules that match nothing are followed soon", () => {
    const rules = everyArtifact.find(({ kind }) => kind === "rules")!;
    const rule = {
      when: { attack_severity: [0, 1, 2], attack_type: [0, 1, 2], time_under_attack: [] },
      action: 1,
    };
    const text = JSON.stringify({ ...rules, rules: Array(1_000).fill(rule) });
    expect(knock(parse!, text, MOST_MILLISECONDS)).toBe("accepted");
  });

  test.each([
    [
      "many unknown fields",
      '"claim": {',
      `"claim": {${Array.from({ length: 30_000 }, (_, i) => `"k${i}":0`).join(",")},`,
    ],
    ["a long unknown field", '"claim": {', `"claim": {"${"k".repeat(400_000)}":0,`],
    ["a long label", '"agent_id": "', `"agent_id": "${"a".repeat(400_000)}`],
    ["a long signature", '"signature": "', `"signature": "${"0".repeat(400_000)}`],
    ["a long configuration", '"env_config": {', `"env_config": {"x": [${fill(400_000, "0,")}]`],
  ])("a submission with %s is answered soon", (_, from, to) => {
    expect(knock(submit!, submit!.good[0]!.replace(from, to), MOST_MILLISECONDS)).toBe("refused");
  });
});
