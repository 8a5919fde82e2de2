// A client that remembers: every pair of sizes on one history and on two, and what its evidence shows to others.
import { describe, expect, test } from "vitest";
import { portableHost } from "../../src/host.ts";
import {
  type Continuation,
  checkEvidence,
  continueFrom,
  formatEvidence,
  type Link,
  parseEvidence,
} from "../../src/log/remembered.ts";
import { signCheckpoint } from "../../src/log/sign.ts";
import { refusal } from "../refusal.ts";
import { host, LOG, secretOf } from "./samples.ts";
import { forked, honest, SIZE, type World } from "./worlds.ts";

const code = (run: () => unknown) => refusal(run).code;
const keys = [LOG.key];

/** From what was seen of one world to what is shown of another, with the proof that the larger side gives. */
function show(
  seen: readonly [World, number],
  shown: readonly [World, number],
  more: Partial<Link> = {},
): Continuation {
  const [large, small] = shown[1] >= seen[1] ? [shown, seen] : [seen, shown];
  const proof = small[1] === 0 || small[1] === large[1] ? [] : large[0].consistency(small[1], large[1]);
  return continueFrom(host, keys, seen[0].checkpoint(seen[1]), shown[0].checkpoint(shown[1]), {
    proof,
    ...more,
  });
}

/** What others make of the evidence, from its text alone. */
function shownToOthers(continuation: Continuation) {
  if (continuation.verdict === "ok") throw new Error("there is no evidence");
  const text = formatEvidence(continuation.evidence);
  const evidence = parseEvidence(text);
  expect(evidence).toEqual(continuation.evidence);
  expect(formatEvidence(evidence)).toBe(text);
  const found = checkEvidence(portableHost, keys, evidence);
  expect(found).toEqual({
    what: continuation.verdict,
    proven: continuation.proven,
    message: continuation.message,
  });
  return found;
}

describe("continueFrom", () => {
  test("goes on along one history, for every pair of sizes, and says when it was taken back", () => {
    for (let before = 0; before <= SIZE; before += 3) {
      for (let now = 0; now <= SIZE; now++) {
        const found = show([honest, before], [honest, now]);
        if (now >= before) {
          expect(found).toMatchObject({ verdict: "ok", checkpoint: { size: now, root: honest.root(now) } });
        } else {
          expect(shownToOthers(found)).toMatchObject({ what: "rollback", proven: false });
          expect(found).toMatchObject({
            message: expect.stringContaining("it went back, along one history"),
          });
        }
      }
    }
  });

  test("finds two roots of one size, which convict the log", () => {
    for (let size = 21; size <= SIZE; size++) {
      expect(shownToOthers(show([honest, size], [forked, size]))).toMatchObject({
        what: "split_view",
        proven: true,
      });
      expect(show([honest, size - 1], [honest, size]).verdict).toBe("ok");
    }
    // Up to entry 19 both are one history.
    for (let size = 0; size <= 20; size++) expect(show([honest, size], [forked, SIZE]).verdict).toBe("ok");
  });

  test("finds another history at every pair of sizes, forwards and backwards, and convicts by the other old root", () => {
    for (let before = 21; before <= SIZE; before++) {
      for (let now = 21; now <= SIZE; now++) {
        if (before === now) continue;
        const found = show([honest, before], [forked, now]);
        const [small, large] = now > before ? [before, forked] : [now, honest];
        const old_root = large.root(small);
        const proven = show([honest, before], [forked, now], { old_root });
        expect(shownToOthers(proven)).toMatchObject({ what: "split_view", proven: true });
        // Of a size that is a power of two, a path does not show the other root by itself.
        const shows = ![1, 2, 4, 8, 16, 32].includes(small);
        expect(shownToOthers(found)).toMatchObject(
          shows
            ? { what: "split_view", proven: true }
            : { what: now > before ? "split_view" : "rollback", proven: false },
        );
      }
    }
  });

  test("takes nothing for a proof that is none, and says so without convicting", () => {
    const wrong: Link[] = [
      { proof: [] },
      { proof: honest.consistency(29, 35) },
      { proof: [...honest.consistency(30, 35), honest.root(1)] },
      { proof: honest.consistency(30, 35).toReversed() },
      { proof: honest.consistency(30, 35).with(0, honest.root(2)) },
      { proof: honest.consistency(30, 35), old_root: forked.root(30).slice(2) },
      { proof: ["x"] },
      { proof: Array(55).fill(honest.root(1)) },
      { proof: "x" as never },
    ];
    for (const link of wrong) {
      const found = continueFrom(host, keys, honest.checkpoint(30), honest.checkpoint(35), link);
      expect(shownToOthers(found)).toMatchObject({ what: "split_view", proven: false });
      expect(found).toMatchObject({ message: expect.stringContaining("no proof that both are one history") });
    }
    expect(continueFrom(host, keys, honest.checkpoint(30), honest.checkpoint(30)).verdict).toBe("ok");
    const later = continueFrom(host, keys, honest.checkpoint(30), honest.checkpoint(35));
    expect(later).toMatchObject({ verdict: "split_view", proven: false });
  });

  test("compares only what one log has signed", () => {
    const stranger = secretOf("log", "other.example/log", 0x66);
    const foreign = signCheckpoint(host, { size: 9, root: honest.root(9) }, stranger.signer);
    expect(code(() => continueFrom(host, keys, honest.checkpoint(5), foreign))).toBe("unsigned");
    const both = [LOG.key, stranger.key];
    expect(code(() => continueFrom(host, both, honest.checkpoint(5), foreign))).toBe("invalid_checkpoint");
    expect(
      code(() =>
        continueFrom(host, keys, honest.checkpoint(5), honest.checkpoint(6).replace("\n6\n", "\n7\n")),
      ),
    ).toBe("bad_signature");
  });
});

describe("evidence", () => {
  const found = show([honest, 30], [forked, 35]);
  if (found.verdict === "ok") throw new Error("narrows");
  const { evidence } = found;

  test("that shows nothing, or something else, is refused", () => {
    const proof = honest.consistency(30, 35);
    const innocent = { ...evidence, shown: honest.checkpoint(35), proof };
    expect(refusal(() => checkEvidence(host, keys, innocent)).message).toContain("one history that goes on");
    expect(code(() => checkEvidence(host, keys, innocent))).toBe("invalid_evidence");
    expect(code(() => checkEvidence(host, keys, { ...evidence, what: "rollback" }))).toBe("invalid_evidence");
    expect(code(() => checkEvidence(host, [secretOf("log", LOG.key.name, 0x44).key], evidence))).toBe(
      "unsigned",
    );
    const forgery = { ...evidence, shown: evidence.shown.replace("\n35\n", "\n36\n") };
    expect(code(() => checkEvidence(host, keys, forgery))).toBe("bad_signature");
  });

  test("convicts nobody by what its finder made up", () => {
    // The log went on honestly; whoever finds fault can bring any path and any root.
    const story = { ...evidence, shown: honest.checkpoint(35) };
    for (const made of [
      { proof: [] },
      { proof: honest.consistency(30, 35), old_root: forked.root(30) },
      { proof: forked.consistency(30, 35) },
      { proof: forked.consistency(30, 35), old_root: forked.root(30) },
      { proof: honest.consistency(29, 35), old_root: honest.root(29) },
      { proof: honest.consistency(32, 35), old_root: honest.root(32) },
    ]) {
      try {
        expect(checkEvidence(host, keys, { ...story, ...made }).proven).toBe(false);
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid_evidence" });
      }
    }
  });

  test("is read from canonical JSON of its form only", () => {
    const text = formatEvidence(evidence);
    expect(code(() => parseEvidence(`${text} `))).toBe("not_canonical");
    const json = JSON.parse(text);
    for (const changes of [
      { v: 2 },
      { kind: "x" },
      { what: "ok" },
      { more: 1 },
      { seen: null },
      { proof: ["x"] },
      { proof: Array(55).fill(honest.root(1)) },
      { old_root: "x" },
    ]) {
      expect(code(() => parseEvidence(formatEvidence({ ...json, ...changes })))).toBe("invalid_evidence");
    }
    expect(code(() => parseEvidence("{"))).toBe("invalid_json");
    expect(code(() => parseEvidence("x".repeat(2_000_000)))).toBe("too_large");
  });
});
