// Cosignatures over HTTP: whose are kept, how many, and that a witness that signs what it wants pushes out nothing but
// its own.
import {
  checkQuorum,
  formatNote,
  formatVerifierKey,
  type NoteSigner,
  openCheckpoint,
  parseNote,
  signNote,
} from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import { makeApi } from "../../functions/src/http/app.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { clientOf } from "./api-client.ts";
import { type LogWorld, startLogWorld } from "./log-world.ts";
import { cosigned, witnessNamed } from "./witness.ts";

const TEXT = { "content-type": "text/plain" };
const alice = witnessNamed("alice.example/consistent");
const bert = witnessNamed("bert.example/consistent");
const liar = witnessNamed("liar.example/consistent");
const stranger = witnessNamed("stranger.example/consistent");
const texts = (witnesses: readonly NoteSigner[]) => witnesses.map(({ key }) => formatVerifierKey(key));
const settings = { witnesses: texts([alice, bert, liar]).join(" ") };

let world: LogWorld;
beforeEach(async () => {
  world = await startLogWorld(1, { settings });
});
afterEach(() => world.close());

async function send(note: string, headers: Record<string, string> = {}) {
  return world.client.post("/log/cosignatures", note, { ...TEXT, ...headers });
}

async function names(note: string): Promise<string[]> {
  const keys = [...(await world.keys()), ...[alice, bert, liar, stranger].map(({ key }) => key)];
  return openCheckpoint(nodeHost, note, keys).signed.map(({ key }) => key.name);
}

async function kept(): Promise<{ size: number; root: string; note: string }[]> {
  return (await world.client.get("/log/checkpoints")).body.checkpoints;
}

test("a cosignature is served with the checkpoint and with its proof files, and sent again it is one", async () => {
  const note = cosigned(await world.note(), 1_000, alice);
  for (let i = 0; i < 2; i++) {
    const { status, body } = await send(note);
    expect([status, body]).toEqual([200, { size: 1, kept: texts([alice]) }]);
  }
  await send(cosigned(await world.note(), 2_000, bert));
  expect(await names(await world.note())).toEqual(["ledger.example", alice.key.name, bert.key.name]);
  expect((await world.client.get("/log/proofs/0")).text).toContain(bert.key.name);
  expect((await world.client.get("/log")).body.witnesses).toEqual(texts([alice, bert, liar]));
  expect(await kept()).toMatchObject([{ size: 1, note: await world.note() }]);
});

test("a witness's later cosignature of the same checkpoint takes the place of its earlier one", async () => {
  const note = await world.note();
  await send(cosigned(note, 1_000, alice));
  await send(cosigned(note, 2_000, alice));
  const times = async () =>
    openCheckpoint(nodeHost, await world.note(), [...(await world.keys()), alice.key]).signed.map(
      ({ time }) => time,
    );
  expect(await times()).toEqual([undefined, 2_000]);
  // Nor does whoever has kept an earlier one take the time back.
  expect((await send(cosigned(note, 1_000, alice))).status).toBe(200);
  expect(await times()).toEqual([undefined, 2_000]);
});

test("the checkpoint goes on without cosignatures, and the one that has a quorum stays to be found", async () => {
  const first = await world.note();
  await send(cosigned(first, 1_000, alice));
  await send(cosigned(first, 1_000, bert));
  await world.grow(2);
  expect(await names(await world.note())).toEqual(["ledger.example"]);
  const { note, size } = (await kept())[0]!;
  const keys = [...(await world.keys()), alice.key, bert.key];
  checkQuorum({ rules: [{ n: 2, of: [alice.key, bert.key] }] }, openCheckpoint(nodeHost, note, keys).signed);
  expect(size).toBe(1);
});

test("of each key the latest four are kept: a witness that signs everything pushes out only its own", async () => {
  const quorum = await world.note();
  await send(cosigned(quorum, 1_000, alice));
  await send(cosigned(quorum, 1_000, bert));
  const sizes: number[] = [];
  for (let i = 0; i < 6; i++) {
    await world.grow(1);
    await send(cosigned(await world.note(), 2_000 + i, liar));
    sizes.unshift(2 + i);
  }
  const found = await kept();
  expect(found.map(({ size }) => size)).toEqual([...sizes.slice(0, 4), 1]);
  expect(await names(found.at(-1)!.note)).toEqual(["ledger.example", alice.key.name, bert.key.name]);
  await send(cosigned(quorum, 3_000, liar));
  expect((await kept()).map(({ size }) => size)).toEqual([...sizes.slice(0, 4), 1]);
});

test("under another name the log's checkpoint has none of the cosignatures of its old name's, and takes new ones", async () => {
  await send(cosigned(await world.note(), 1_000, alice));
  const renamed = noteSigner("log", "other.example", "ab".repeat(32));
  await appendWaiting({ ...world.cloud.service, signers: [renamed] });
  expect(await names(await world.note())).toEqual(["other.example"]);
  expect((await send(cosigned(await world.note(), 2_000, alice))).status).toBe(200);
  expect(await names(await world.note())).toEqual(["other.example", alice.key.name]);
  expect(await kept()).toMatchObject([{ size: 1, note: await world.note() }]);
});

test("an unknown witness is told so, and lines of keys that are not known are left away", async () => {
  const both = cosigned(cosigned(await world.note(), 1_000, stranger), 1_000, alice);
  expect((await send(cosigned(await world.note(), 1_000, stranger))).code).toBe("unknown_witness");
  expect((await send(await world.note())).code).toBe("unknown_witness");
  expect((await send(both)).body.kept).toEqual(texts([alice]));
  expect(await world.note()).not.toContain("stranger");
});

test("a cosignature that does not hold, another log's checkpoint and what is no note are refused", async () => {
  const note = await world.note();
  const right = cosigned(note, 1_000, alice);
  const [line] = parseNote(right).signatures.slice(-1);
  const wrong = formatNote({
    ...parseNote(note),
    signatures: [
      ...parseNote(note).signatures,
      { ...line!, payload: line!.payload.replace(/.$/, (end) => (end === "0" ? "1" : "0")) },
    ],
  });
  expect((await send(wrong)).code).toBe("bad_signature");
  const { text } = parseNote(note);
  const other = noteSigner("log", "ledger.example", "ab".repeat(32));
  const foreign = formatNote({ text, signatures: [signNote(nodeHost, text, other)] });
  expect((await send(cosigned(foreign, 1_000, alice))).code).toBe("invalid_note");
  const unsigned = formatNote({ text, signatures: [line!] });
  expect((await send(unsigned)).code).toBe("invalid_note");
  for (const body of ["", "x", "x\n\n", `${note}\n`, "\ud800", note.replace("\n1\n", "\n2\n")]) {
    expect([body, (await send(body)).status]).toEqual([body, body.includes("\n2\n") ? 403 : 422]);
  }
  expect((await world.client.post("/log/cosignatures", right)).code).toBe("unsupported_media_type");
  expect((await send("x".repeat(300_000))).code).toBe("too_large");
  expect(await kept()).toEqual([]);
});

test("what this log has signed and not published is not taken, however it got out", async () => {
  const [signer] = world.cloud.service.signers;
  await world.grow(1);
  for (const size of [1, 2, 3]) {
    const text = `ledger.example\n${size}\n${Buffer.alloc(32, 7).toString("base64")}\n`;
    const note = formatNote({ text, signatures: [signNote(nodeHost, text, signer!)] });
    expect([size, (await send(cosigned(note, 1_000, alice))).code]).toEqual([size, "invalid_note"]);
  }
  expect(await kept()).toEqual([]);
});

test("a log that takes anyone's cosignatures needs their keys with them, and has room for fourteen", async () => {
  const { service } = world.cloud;
  const client = clientOf(makeApi(service, { ...usualSettings(1_000), witnesses: "any" }));
  const note = await world.note();
  expect((await client.get("/log")).body.witnesses).toBe(null);
  const post = (witness: NoteSigner, keys?: string) =>
    client.post("/log/cosignatures", cosigned(note, 1_000, witness), {
      ...TEXT,
      ...(keys !== undefined && { "x-witness-keys": keys }),
    });
  expect((await post(stranger)).code).toBe("unknown_witness");
  expect((await post(stranger, texts([alice]).join())).code).toBe("unknown_witness");
  for (const keys of [
    "x",
    `${texts([alice])},`,
    texts(Array.from({ length: 5 }, (_, i) => witnessNamed(`${i}`))).join(),
    texts([alice, alice]).join(),
  ]) {
    const { code, body } = await post(alice, keys);
    expect([code, body.errors[0].path]).toEqual(["invalid_request", "/header/x-witness-keys"]);
  }
  const many = Array.from({ length: 15 }, (_, i) => witnessNamed(`w${i}.example`));
  const statuses: number[] = [];
  for (const one of many) statuses.push((await post(one, texts([one]).join())).status);
  expect(statuses).toEqual([...Array(14).fill(200), 403]);
  expect((await post(many[0]!, texts([many[0]!]).join())).status).toBe(200);
});

test.each([
  ["a log's key", () => formatVerifierKey(noteSigner("log", "x.example", "ab".repeat(32)).key)],
  ["what is no key", () => "nobody"],
  ["one witness twice", () => texts([alice, bert, alice]).join(" ")],
  ["more than fourteen", () => texts(Array.from({ length: 15 }, (_, i) => witnessNamed(`${i}`))).join(" ")],
])("a service that is to keep the cosignatures of %s does not start", (_, witnesses) => {
  const { service } = world.cloud;
  expect(() => makeApi(service, { ...usualSettings(), witnesses: witnesses() })).toThrow(
    /verifier key|WITNESSES/,
  );
});
