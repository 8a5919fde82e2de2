// A witness's decision, in every answer that there is; and that no order of requests makes it sign two histories.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../src/log/checkpoint.ts";
import { formatNote, openNote, parseNote } from "../../src/log/note.ts";
import { cosign, signNote } from "../../src/log/sign.ts";
import {
  decideAddCheckpoint,
  formatAddCheckpoint,
  originOf,
  parseAddCheckpoint,
} from "../../src/log/witness.ts";
import { cpuTime } from "../cpu-time.ts";
import { refusal } from "../refusal.ts";
import { host, LOG, ORIGIN, secretOf, WITNESSES } from "./samples.ts";
import { forked, honest, SIZE, TIME, type World } from "./worlds.ts";

const code = (run: () => unknown) => refusal(run).code;
const held = (size: number, world: World = honest): Checkpoint => ({
  origin: ORIGIN,
  size,
  root: world.root(size),
});
const request = (old: number, size: number, world: World = honest) => ({
  old,
  proof: old === 0 ? [] : world.consistency(old, size),
  checkpoint: world.checkpoint(size),
});
const decide = (of: ReturnType<typeof request>, state: Checkpoint | null, logs = [LOG.key]) =>
  decideAddCheckpoint(host, of, logs, state);

describe("decideAddCheckpoint", () => {
  test("cosigns every larger checkpoint, and the same once more", () => {
    for (let old = 0; old <= SIZE; old++) {
      for (let size = Math.max(1, old); size <= SIZE; size += 3) {
        const answer = decide(request(old, size), old === 0 ? null : held(old));
        expect(answer).toMatchObject({ status: 200, state: held(size) });
        if (answer.status !== 200) throw new Error("narrows");
        const line = cosign(host, answer.text, TIME, WITNESSES[0].signer);
        const note = { ...parseNote(honest.checkpoint(size)) };
        const cosigned = formatNote({ ...note, signatures: [...note.signatures, line] });
        expect(openNote(host, cosigned, [LOG.key, WITNESSES[0].key]).signed).toHaveLength(2);
      }
    }
    expect(decide(request(0, 0), null)).toMatchObject({ status: 200, state: { size: 0 } });
    expect(decide(request(0, 5), held(0))).toMatchObject({ status: 200 });
  });

  test.each([
    ["an unknown log", () => decide(request(0, 9), null, []), 404],
    [
      "an unknown log, though a witness has its name",
      () => decide(request(0, 9), null, [{ ...WITNESSES[0].key, name: ORIGIN }]),
      404,
    ],
    ["another key of the log", () => decide(request(0, 9), null, [secretOf("log", ORIGIN, 0x55).key]), 403],
    ["a signature that does not hold", () => decide({ ...request(0, 9), checkpoint: altered(9) }, null), 403],
    ["an old size above the new one", () => decide({ ...request(9, 9), old: 10 }, held(10)), 400],
    [
      "an old size above the new one, whatever is held",
      () => decide({ ...request(9, 9), old: 10 }, null),
      400,
    ],
    ["an old size below what is held", () => decide(request(8, 12), held(9)), 409],
    ["an old size above what is held", () => decide(request(10, 12), held(9)), 409],
    ["an old size where nothing is held", () => decide(request(8, 12), null), 409],
    ["no old size where something is held", () => decide(request(0, 12), held(9)), 409],
    ["another root of the same size", () => decide(request(30, 30, forked), held(30)), 409],
    ["another history", () => decide(request(30, 35, forked), held(30)), 422],
    [
      "another history, by the proof of the true one",
      () => decide({ ...request(30, 35, forked), proof: honest.consistency(30, 35) }, held(30)),
      422,
    ],
    ["no proof", () => decide({ ...request(8, 12), proof: [] }, held(8)), 422],
    [
      "a proof from nothing",
      () => decide({ ...request(0, 12), proof: honest.consistency(8, 12) }, null),
      422,
    ],
    [
      "a proof between equal sizes",
      () => decide({ ...request(9, 9), proof: [honest.root(9)] }, held(9)),
      422,
    ],
    [
      "a proof with a hash too many",
      () => decide({ ...request(8, 12), proof: [...honest.consistency(8, 12), honest.root(3)] }, held(8)),
      422,
    ],
  ])("answers %s with its status", (_, run, status) => {
    const answer = run();
    expect(answer.status).toBe(status);
    expect(answer).not.toHaveProperty("state");
    if (answer.status === 409) expect(answer.size).toBeTypeOf("number");
  });

  test("says at a conflict what it holds, and is never asked with another log's state", () => {
    expect(decide(request(8, 12), held(9))).toMatchObject({ status: 409, size: 9 });
    expect(decide(request(8, 12), null)).toMatchObject({ status: 409, size: 0 });
    expect(code(() => decide(request(8, 12), { ...held(8), origin: "other.example" }))).toBe(
      "invalid_request",
    );
  });

  test("ignores signatures of strangers, and takes either key of a log that changed its key", () => {
    const next = secretOf("log", ORIGIN, 0x55);
    const note = parseNote(honest.checkpoint(9));
    const both = formatNote({
      ...note,
      signatures: [...note.signatures, signNote(host, note.text, next.signer)],
    });
    for (const logs of [[LOG.key], [next.key], [LOG.key, next.key]]) {
      expect(decide({ ...request(0, 9), checkpoint: both }, null, logs).status).toBe(200);
    }
  });

  test("never cosigns two histories, whatever is asked in whatever order", () => {
    const size = fc.nat(SIZE);
    const asked = fc.array(fc.record({ old: size, size, fork: fc.boolean(), honestOld: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(asked, (requests) => {
        let state: Checkpoint | null = null;
        const signed: Checkpoint[] = [];
        for (const { old, size, fork, honestOld } of requests) {
          const from = honestOld ? (state?.size ?? 0) : old;
          const world = fork ? forked : honest;
          const proof = from === 0 || from > size ? [] : world.consistency(from, size);
          const body = formatAddCheckpoint({ old: from, proof, checkpoint: world.checkpoint(size) });
          const answer = decide(
            { ...parseAddCheckpoint(body), proof: [...parseAddCheckpoint(body).proof] },
            state,
          );
          if (answer.status !== 200) continue;
          state = answer.state;
          signed.push(state);
        }
        for (const [i, one] of signed.entries()) {
          if (i > 0) expect(one.size).toBeGreaterThanOrEqual(signed[i - 1]!.size);
        }
        // All that was signed lies on one of the two histories.
        const on = (world: World) => signed.every(({ size, root }) => world.root(size) === root);
        expect(on(honest) || on(forked)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  function altered(size: number): string {
    return honest.checkpoint(size).replace(`\n${size}\n`, `\n${size + 1}\n`);
  }
});

describe("requests", () => {
  const body = formatAddCheckpoint(request(8, 12));

  test("are read as they were written", () => {
    expect(body.startsWith("old 8\n")).toBe(true);
    expect(parseAddCheckpoint(body)).toEqual(request(8, 12));
    expect(parseAddCheckpoint(Buffer.from(body))).toEqual(request(8, 12));
    const first = formatAddCheckpoint(request(0, 12));
    expect(first).toBe(`old 0\n\n${honest.checkpoint(12)}`);
    expect(parseAddCheckpoint(first)).toEqual(request(0, 12));
    expect(originOf(request(8, 12).checkpoint)).toBe(ORIGIN);
  });

  const line = body.split("\n")[1]!;
  test.each([
    ["nothing", ""],
    ["no old size", body.replace("old 8\n", "")],
    ["an empty old size", body.replace("old 8", "old ")],
    ["a zero in front", body.replace("old 8", "old 08")],
    ["a sign", body.replace("old 8", "old +8")],
    ["2^53", body.replace("old 8", "old 9007199254740992")],
    ["capitals", body.replace("old", "Old")],
    ["a short hash", body.replace(line, line.slice(4))],
    ["a hash with a space behind it", body.replace(line, `${line} `)],
    ["64 hashes", body.replace(`${line}\n`, `${line}\n`.repeat(64))],
    ["no empty line", body.replace("\n\n", "\n")],
    ["a note that is no checkpoint", `old 8\n\nhello\n\n${body.split("\n").at(-2)}\n`],
    ["no signature", body.slice(0, body.lastIndexOf("\n\n") + 2)],
    ["CR", body.replaceAll("\n", "\r\n")],
  ])("with %s are refused", (_, wrong) =>
    expect(code(() => parseAddCheckpoint(wrong))).toBe("invalid_request"),
  );

  test("of 63 hashes are read, and endless ones are refused at once", () => {
    const most = body.replace(/old 8\n(?:.+\n)+\n/, `old 8\n${`${line}\n`.repeat(63)}\n`);
    expect(parseAddCheckpoint(most).proof).toHaveLength(63);
    expect(decide({ ...request(8, 12), proof: [...parseAddCheckpoint(most).proof] }, held(8)).status).toBe(
      422,
    );
    const start = cpuTime();
    expect(code(() => parseAddCheckpoint(`old 8\n${`${line}\n`.repeat(1_000_000)}\n`))).toBe("too_large");
    expect(cpuTime() - start).toBeLessThan(1_000);
    for (const changes of [
      { old: -1 },
      { proof: ["x"] },
      { proof: Array(64).fill(honest.root(1)) },
      { checkpoint: "x" },
      { checkpoint: null as never },
    ]) {
      expect(refusal(() => formatAddCheckpoint({ ...request(8, 12), ...changes })).code).toBe(
        "invalid_request",
      );
    }
  });
});
