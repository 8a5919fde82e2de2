// The log's client against a log that lies, and holds its key: what it shows must continue what it showed before, be signed
// by a key that counts, and, where a quorum is demanded, have been seen by as many witnesses.
import {
  checkEvidence,
  formatEvidence,
  formatNote,
  formatQuorum,
  formatVerifierKey,
  type NoteSigner,
  parseEvidence,
  parseNote,
  parseQuorum,
  parseVerifierKey,
  type Sealed,
  verifyProofFile,
} from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { ContradictionError, type LogClient, memoryOfProcess, openLog } from "../../agent/src/log/index.ts";
import { ClientError } from "../../agent/src/sdk/index.ts";
import { workedExample } from "../cases/make-worked-example.ts";
import { witnessNamed } from "../service/witness.ts";
import { clientOf, type Fetch, fetchOf, type LookingAt } from "./log-in-process.ts";
import { logShowing, type ShownLog } from "./lying-log.ts";

const OLD = noteSigner("log", "log.test", "01".repeat(32));
const NEW = noteSigner("log", "log.test", "02".repeat(32));
const text = (signer: NoteSigner) => formatVerifierKey(signer.key);
const A = Array.from({ length: 12 }, (_, i) => `entry ${i}`);
/** Another history from entry 5 on. */
const B = A.map((entry, i) => (i < 5 ? entry : `${entry} of another history`));

/** A client and the log that it sees now, which may be replaced. */
function looking(first: ShownLog, more: LookingAt = {}) {
  let shown = logShowing(first);
  const client = clientOf((request) => fetchOf(shown.tamper)(request), {
    memory: memoryOfProcess(),
    ...more,
  });
  return {
    client,
    show: (next: ShownLog) => {
      shown = logShowing(next);
    },
  };
}

const a = (size: number, more: Partial<ShownLog> = {}): ShownLog => ({
  texts: A,
  size,
  signers: [OLD],
  ...more,
});
const b = (size: number, more: Partial<ShownLog> = {}): ShownLog => ({ ...a(size, more), texts: B });

async function refused(work: Promise<unknown>): Promise<ClientError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClientError);
  return error as ClientError;
}

/** The evidence, as somebody else reads it who knows nothing but the log's key. */
async function contradiction(client: LogClient, key = OLD) {
  const error = await refused(client.checkpoint());
  expect(error.code).toBe("contradiction");
  const { evidence, proven } = error as ContradictionError;
  const read = parseEvidence(formatEvidence(evidence));
  const checked = checkEvidence(nodeHost, [parseVerifierKey(nodeHost, text(key))], read);
  expect(checked.proven).toBe(proven);
  return checked;
}

const leaf = (entry: string, index: number): Sealed =>
  ({ entry: { index }, text: entry, current_hash: nodeHost.sha256(`\0${entry}`) }) as unknown as Sealed;

describe("a log that goes on", () => {
  test("is followed from checkpoint to checkpoint, and says how much was known", async () => {
    const { client, show } = looking(a(3));
    expect(await client.checkpoint()).toMatchObject({ size: 3, trust: "first_seen", since: null });
    for (const size of [3, 4, 7, 8, 12]) {
      show(a(size));
      expect(await client.checkpoint()).toMatchObject({ size, trust: "remembered" });
    }
  });

  test("proves every entry at every size, in a file that verifies offline, and no other entry by it", async () => {
    for (let size = 1; size <= A.length; size++) {
      const { client } = looking(a(size));
      const view = await client.checkpoint();
      const keys = [parseVerifierKey(nodeHost, text(OLD))];
      for (let index = 0; index < size; index++) {
        const { file } = await client.prove(leaf(A[index]!, index), { view });
        expect(verifyProofFile(nodeHost, file, { entry: A[index]!, keys })).toMatchObject({ index, size });
        expect(() => verifyProofFile(nodeHost, file, { entry: `${A[index]} `, keys })).toThrow(
          "does not hold",
        );
      }
      expect((await refused(client.prove(leaf("entry 3", size), { view }))).code).toBe("not_in_time");
    }
  });

  test("is consistent between every pair of sizes", async () => {
    const log = logShowing(a(12));
    for (let to = 1; to <= A.length; to++) {
      for (let from = 1; from <= to; from++) {
        const { client } = looking(a(to));
        const view = await client.checkpoint();
        await client.consistency({ size: from, root: log.root(from) }, view);
        if (from === to) continue;
        expect((await refused(client.consistency({ size: from, root: log.root(from + 1) }, view))).code).toBe(
          "false_answer",
        );
      }
    }
  });

  test("needs no proof of its service where it has tiles", async () => {
    const tilesOnly = (shown: ShownLog) => {
      const { tamper } = logShowing(shown);
      return fetchOf((path, ...rest) =>
        /inclusion|consistency/.test(path) ? { status: 404, text: "" } : tamper(path, ...rest),
      );
    };
    let now = tilesOnly(a(7));
    const client = clientOf((request) => now(request), { memory: memoryOfProcess() });
    await client.checkpoint();
    now = tilesOnly(a(12));
    expect(await client.checkpoint()).toMatchObject({ size: 12, since: 7 });
    expect((await client.prove(leaf(A[9]!, 9))).path.length).toBeGreaterThan(2);
    expect((await refused(client.prove(leaf(B[9]!, 9)))).code).toBe("false_answer");
    now = tilesOnly(b(12));
    expect((await refused(client.checkpoint())).code).toBe("contradiction");
  });
});

describe("a log that shows two histories", () => {
  test.each([
    ["at one size is found out, and the evidence convicts it", 12, 12, true],
    ["at a larger size is found out, and the evidence convicts it", 7, 12, true],
    ["at a smaller size is found out, but nobody can prove more than that it went back", 12, 7, false],
  ])("%s", async (_, seen, shown, proven) => {
    const { client, show } = looking(a(seen));
    await client.checkpoint();
    show(b(shown));
    expect(await contradiction(client)).toMatchObject({ proven, what: proven ? "split_view" : "rollback" });
    // It stays so, and what was seen stays seen.
    show(a(12));
    expect(await client.checkpoint()).toMatchObject({ size: 12, trust: "remembered" });
  });

  test("and gives no proof is suspected, which proves nothing yet", async () => {
    const { client, show } = looking(a(7));
    await client.checkpoint();
    show(b(12));
    const { tamper } = logShowing(b(12));
    const silent = clientOf(
      fetchOf((path, ...rest) =>
        /consistency|tile/.test(path) ? { status: 404, text: "" } : tamper(path, ...rest),
      ),
      { memory: await memoryOf(a(7)) },
    );
    expect(await contradiction(silent)).toMatchObject({ proven: false, what: "split_view" });
  });

  test.each([429, 503])("or is too busy to give one, with %d, is suspected of nothing", async (status) => {
    const { tamper } = logShowing(a(12));
    const code = status === 429 ? "rate_limited" : "unavailable";
    const rest = { type: `/api/v1/docs#${code}`, title: "busy", detail: "busy", code, errors: [] };
    const busy = { status, text: JSON.stringify({ ...rest, status, request_id: "a-request" }) };
    const memory = await memoryOf(a(7));
    const client = clientOf(
      fetchOf((path, ...more) => (/consistency|tile/.test(path) ? busy : tamper(path, ...more))),
      { memory },
    );
    expect(await refused(client.checkpoint())).toMatchObject({ code: "refused", status });
    expect((await memory.recall("log.test"))?.checkpoint).toContain("log.test\n7\n");
  });

  test("before the part that was seen differs is not found: nobody was shown it", async () => {
    const { client, show } = looking(a(5));
    await client.checkpoint();
    show(b(12));
    expect(await client.checkpoint()).toMatchObject({ size: 12 });
  });

  test("or goes back is refused, and an older checkpoint that is shown again too", async () => {
    const { client, show } = looking(a(12));
    await client.checkpoint();
    show(a(7));
    expect(await contradiction(client)).toMatchObject({ proven: false, what: "rollback" });
    expect((await refused(client.prove(leaf(A[2]!, 2)))).code).toBe("contradiction");
  });

  test("an address that shows what is known from another one is held to that log from then on, too", async () => {
    const memory = memoryOfProcess();
    let fetch: Fetch = fetchOf(logShowing(a(7)).tamper);
    const [first, second] = ["http://one.test", "http://two.test"].map((endpoint) =>
      openLog(endpoint, {
        host: nodeHost,
        fetch: (request) => fetch(request),
        retries: 0,
        maxPause: 5,
        memory,
      }),
    ) as [LogClient, LogClient];
    await first.checkpoint();
    await second.checkpoint();
    fetch = async () => new Response("", { status: 404 });
    expect((await refused(second.checkpoint())).code).toBe("contradiction");
    const other = noteSigner("log", "other.test", "01".repeat(32));
    fetch = fetchOf(logShowing(a(7, { signers: [other] })).tamper);
    expect((await refused(second.checkpoint())).code).toBe("unknown_key");
  });

  test("a log that is gone, or has another name now, is no other log", async () => {
    const { client, show } = looking(a(7));
    await client.checkpoint();
    show(a(7, { signers: [noteSigner("log", "other.test", "01".repeat(32))] }));
    expect((await refused(client.checkpoint())).message).toContain(
      "says now that it is another one, other.test",
    );
    const gone = clientOf(async () => new Response("", { status: 404 }), { memory: await memoryOf(a(7)) });
    expect((await refused(gone.checkpoint())).code).toBe("contradiction");
    const never = clientOf(async () => new Response("", { status: 404 }));
    expect((await refused(never.checkpoint())).code).toBe("no_log");
  });
});

async function memoryOf(shown: ShownLog) {
  const memory = memoryOfProcess();
  await clientOf(fetchOf(logShowing(shown).tamper), { memory }).checkpoint();
  return memory;
}

describe("keys", () => {
  test("one that is pinned is the only one that counts", async () => {
    const pinned = { keys: [text(OLD)] };
    expect(await looking(a(3), pinned).client.checkpoint()).toMatchObject({ trust: "pinned" });
    const other = await refused(looking(a(3, { signers: [NEW] }), pinned).client.checkpoint());
    expect([other.code, other.message]).toEqual(["unknown_key", expect.stringContaining(text(OLD))]);
    expect(() =>
      clientOf(
        fetchOf(() => ""),
        { keys: [text(witnessNamed("w"))] },
      ),
    ).toThrow("wanted that of a log");
  });

  test("another key than the one that was seen first is refused", async () => {
    const { client, show } = looking(a(3));
    await client.checkpoint();
    show(a(4, { signers: [NEW] }));
    expect((await refused(client.checkpoint())).code).toBe("unknown_key");
    show(a(4, { signers: [NEW], announced: [NEW, OLD] }));
    expect((await refused(client.checkpoint())).code).toBe("unknown_key");
  });

  test("a new key takes over while the old one still signs, and from then on the old one need not", async () => {
    const { client, show } = looking(a(3));
    await client.checkpoint();
    show(a(4, { signers: [NEW, OLD] }));
    expect((await client.checkpoint()).keys.map(({ publicKey }) => publicKey)).toEqual([OLD.key.publicKey]);
    show(a(5, { signers: [NEW] }));
    expect(await client.checkpoint()).toMatchObject({ size: 5, trust: "remembered" });
    // The old key is not what signed last: alone it counts no more.
    show(a(6, { signers: [OLD], announced: [OLD, NEW] }));
    expect((await refused(client.checkpoint())).code).toBe("unknown_key");
  });

  test("a key that is announced and does not sign takes over nothing", async () => {
    const { client, show } = looking(a(3));
    await client.checkpoint();
    show(a(4, { announced: [NEW, OLD] }));
    await client.checkpoint();
    show(a(5, { signers: [NEW] }));
    expect((await refused(client.checkpoint())).code).toBe("unknown_key");
  });

  test("a checkpoint without the log's signature, or with a false one, is none", async () => {
    const witness = witnessNamed("w");
    const parsed = parseNote(logShowing(a(4)).note(4, [witness]));
    const stripped = formatNote({ ...parsed, signatures: parsed.signatures.slice(1) });
    expect((await refused(looking(a(4, { note: stripped })).client.checkpoint())).code).toBe("unknown_key");
    const other = parseNote(logShowing(a(5)).note(5));
    const moved = formatNote({ text: parsed.text, signatures: other.signatures });
    expect((await refused(looking(a(4, { note: moved })).client.checkpoint())).code).toBe("false_answer");
  });
});

describe("a quorum", () => {
  const [one, two, three] = ["one", "two", "three"].map((name) => witnessNamed(`${name}.test/consistent`));
  const liar = witnessNamed("liar.test/consistent");
  const two_of_three = parseQuorum(nodeHost, {
    v: 1,
    kind: "quorum",
    rules: [{ n: 2, of: [one!, two!, liar].map(text) }],
  });
  const quorum = { quorum: two_of_three };

  test("is met by those who signed the latest checkpoint", async () => {
    const note = logShowing(a(6)).note(6, [one!, two!]);
    const view = await looking(a(6, { note }), quorum).client.checkpoint();
    expect(view).toMatchObject({ size: 6, latest: 6 });
    expect(view.signed.map(({ key }) => key.name)).toContain("two.test/consistent");
  });

  test("is looked for among the newest that were cosigned, of which the latest must be the continuation", async () => {
    const log = logShowing(a(12));
    const cosigned = [log.note(11, [one!]), log.note(9, [two!, one!]), log.note(4, [one!, two!])];
    const { client } = looking(a(12, { cosigned }), quorum);
    expect(await client.checkpoint()).toMatchObject({ size: 9, latest: 12 });
    const { path } = await client.prove(leaf(A[8]!, 8));
    expect(path.length).toBe(1);
    expect((await refused(client.prove(leaf(A[9]!, 9)))).code).toBe("not_in_time");
  });

  test("that a later checkpoint has is taken and remembered, though a cache still gives an earlier one", async () => {
    const cosigned = [logShowing(a(9)).note(9, [one!, two!])];
    const memory = memoryOfProcess();
    const { client, show } = looking(a(7, { cosigned }), { ...quorum, memory });
    expect(await client.checkpoint()).toMatchObject({ size: 9, latest: 9 });
    expect((await memory.recall("log.test"))?.checkpoint).toContain("log.test\n9\n");
    // Entry 8 was proven: a history without it is another one.
    const forked = A.map((entry, i) => (i < 8 ? entry : `${entry} of another history`));
    show(a(12, { texts: forked, note: logShowing(a(12, { texts: forked })).note(12, [one!, liar]) }));
    expect(await contradiction(client)).toMatchObject({ what: "split_view", proven: true });
  });

  test("of which too few have signed is none, and strangers do not count", async () => {
    const log = logShowing(a(6));
    for (const witnesses of [[], [one!], [one!, three!], [three!]]) {
      const note = log.note(6, witnesses);
      const error = await refused(looking(a(6, { note, cosigned: [note] }), quorum).client.checkpoint());
      expect([error.code, error.message]).toEqual(["no_quorum", expect.stringContaining("wanted 2 of 3")]);
    }
  });

  test("that is not met leaves nothing remembered, not even a key that was seen for the first time", async () => {
    const { client, show } = looking(a(6, { signers: [NEW] }), quorum);
    expect((await refused(client.checkpoint())).code).toBe("no_quorum");
    show(a(6, { note: logShowing(a(6)).note(6, [one!, two!]) }));
    expect(await client.checkpoint()).toMatchObject({ size: 6, trust: "first_seen" });
  });

  test("with one liar in it is not moved to another history", async () => {
    const [mine, other] = [logShowing(a(12)), logShowing(b(12))];
    // The operator shows its second history to this client; only the liar has cosigned that.
    const { client, show } = looking(
      b(12, { cosigned: [other.note(12, [liar]), mine.note(9, [one!, two!])] }),
      quorum,
    );
    const error = await refused(client.checkpoint());
    expect(error).toBeInstanceOf(ContradictionError);
    expect((error as ContradictionError).proven).toBe(true);
    // Nor when it shows the honest one nowhere.
    show(b(12, { cosigned: [other.note(12, [liar])] }));
    expect((await refused(client.checkpoint())).code).toBe("no_quorum");
  });

  test("a false cosignature keeps nobody from taking the next checkpoint that has a quorum", async () => {
    const log = logShowing(a(12));
    const [good, bad] = [log.note(9, [one!, two!]), parseNote(log.note(11, [one!, two!]))];
    const spoilt = formatNote({
      ...bad,
      text: parseNote(log.note(10)).text,
      signatures: [...parseNote(log.note(10)).signatures, ...bad.signatures.slice(1)],
    });
    const { client } = looking(a(12, { note: log.note(12), cosigned: [spoilt, good] }), quorum);
    expect(await client.checkpoint()).toMatchObject({ size: 9 });
  });

  test("is written as it is read", () => {
    expect(parseQuorum(nodeHost, JSON.parse(formatQuorum(two_of_three)))).toEqual(two_of_three);
  });
});

describe("altered proofs", () => {
  test("one bit of one hash of one proof at a time: none is accepted", async () => {
    let flip: { readonly at: number; readonly bit: number } | null = null;
    const { tamper } = logShowing(a(12));
    const client = clientOf(
      fetchOf((path, ...rest) => {
        const made = tamper(path, ...rest) as { readonly status: number; readonly text: string };
        if (flip === null || !/inclusion|consistency/.test(path)) return made;
        const answer = JSON.parse(made.text) as { path: string[] };
        answer.path[flip.at] = flipped(answer.path[flip.at]!, flip.bit);
        return { ...made, text: JSON.stringify(answer) };
      }),
      { memory: memoryOfProcess() },
    );
    const view = await client.checkpoint();
    const log = logShowing(a(12));
    for (let index = 0; index < 12; index++) {
      flip = null;
      const { path } = await client.prove(leaf(A[index]!, index), { view });
      for (let at = 0; at < path.length; at++) {
        for (let bit = 0; bit < 256; bit += 37) {
          flip = { at, bit };
          expect((await refused(client.prove(leaf(A[index]!, index), { view }))).code).toBe("false_answer");
        }
      }
    }
    for (let from = 1; from < 12; from++) {
      flip = null;
      const tree = { size: from, root: log.root(from) };
      const path = await client.consistency(tree, view);
      for (let at = 0; at < path.length; at++) {
        flip = { at, bit: (31 * from + 7 * at) % 256 };
        expect((await refused(client.consistency(tree, view))).code).toBe("false_answer");
      }
    }
  });
});

function flipped(hash: string, bit: number): string {
  const bytes = Buffer.from(hash, "hex");
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return bytes.toString("hex");
}

test("the entries of the worked example are leaves as the client hashes them", () => {
  const [first] = workedExample().entries;
  expect(leaf(first!.text, 0).current_hash).toBe(first!.current_hash);
});
