// A chain of receipts as text: the canonical JSON {"commits": [{"locals": […], "receipt": {…}}, …], "genesis": "…"}. Text that is not
// canonical is refused, so that every bit of it counts.
import { PolicyLedgerError, requireObject } from "../error.ts";
import { type Json, parseJson, utf8 } from "../json.ts";
import { MAX_RECEIPTS_BYTES } from "../limits.ts";
import { Reader } from "./reader.ts";
import {
  type Commit,
  type CommitReceipt,
  commitText,
  type LocalReceipt,
  localText,
  type ReceiptChain,
} from "./receipts.ts";

export function receiptsText(chain: ReceiptChain): string {
  requireObject(chain, "invalid_receipts", "Cannot write receipts");
  return textOf(acceptReceipts(chain as unknown as Json));
}

/** Parses the text of a chain. Whether it holds is for `checkReceipts` and `replayReceipts`. */
export function parseReceipts(input: string | Uint8Array, maxBytes = MAX_RECEIPTS_BYTES): ReceiptChain {
  const chain = acceptReceipts(parseJson(input, { maxBytes }));
  if (isSame(textOf(chain), input)) return chain;
  throw new PolicyLedgerError(
    "not_canonical",
    "Cannot accept receipts: they are not canonical JSON (RFC 8785)",
  );
}

/** Takes a chain of receipts from JSON that is parsed already, with all its faults. */
export function acceptReceipts(value: Json): ReceiptChain {
  const reader = new Reader();
  const fields = reader.fields(value ?? null, "", ["genesis", "commits"]);
  const chain = {
    genesis: reader.hash(fields.genesis, "", "genesis"),
    commits: reader.list(fields.commits, "/commits", (one, at) => readCommit(reader, one, at)),
  };
  reader.refuse("invalid_receipts", "Cannot accept receipts");
  return chain;
}

function isSame(text: string, input: string | Uint8Array): boolean {
  if (typeof input === "string") return text === input;
  const bytes = utf8(text);
  return bytes.length === input.length && bytes.every((byte, i) => byte === input[i]);
}

function textOf({ genesis, commits }: ReceiptChain): string {
  const texts = commits.map(
    ({ receipt, locals }) =>
      `{"locals":[${locals.map(localText).join(",")}],"receipt":${commitText(receipt)}}`,
  );
  return `{"commits":[${texts.join(",")}],"genesis":"${genesis}"}`;
}

function readCommit(reader: Reader, value: unknown, path: string): Commit {
  const fields = reader.fields(value, path, ["receipt", "locals"]);
  return {
    receipt: readReceipt(reader, fields.receipt, `${path}/receipt`),
    locals: reader.list(fields.locals, `${path}/locals`, (one, at) => readLocal(reader, one, at)),
  };
}

type Read<T> = {
  readonly [Name in keyof T]: (reader: Reader, value: unknown, path: string, key: Name & string) => T[Name];
};

const hash = (reader: Reader, value: unknown, path: string, key: string) => reader.hash(value, path, key);
const identifier = (reader: Reader, value: unknown, path: string, key: string) =>
  reader.identifier(value, path, key);
const integer = (reader: Reader, value: unknown, path: string, key: string) =>
  String(reader.longInteger(value, path, key));
const count = (reader: Reader, value: unknown, path: string, key: string) =>
  reader.count(value, path, key, 0);
const flag = (reader: Reader, value: unknown, path: string, key: string) => reader.flag(value, path, key);

const LOCAL: Read<LocalReceipt> = {
  opId: identifier,
  opHash: hash,
  kernelHash: hash,
  footprintDigest: hash,
  blockIndex: count,
  deltaBound: integer,
  requiresModeD: flag,
  glbModeId: identifier,
  policyBundleId: identifier,
  statePre: hash,
  writesHash: hash,
  batchPrevHash: hash,
};

const RECEIPT: Read<CommitReceipt> = {
  batchPrevHash: hash,
  batchSize: count,
  localsRoot: hash,
  writesHash: hash,
  statePost: hash,
  schedulerRuleId: identifier,
  schedulerMode: identifier,
  policyBundleId: identifier,
  policyDigest: hash,
  curvatureMatrixVersionId: identifier,
  curvatureMatrixDigest: hash,
  epsilonMeasured: integer,
  epsilonHat: integer,
};

function readLocal(reader: Reader, value: unknown, path: string): LocalReceipt {
  return readBy(reader, LOCAL, value, path);
}

function readReceipt(reader: Reader, value: unknown, path: string): CommitReceipt {
  return readBy(reader, RECEIPT, value, path);
}

function readBy<T>(reader: Reader, by: Read<T>, value: unknown, path: string): T {
  const names = Object.keys(by) as (keyof T & string)[];
  const fields = reader.fields(value, path, names);
  return Object.fromEntries(names.map((name) => [name, by[name](reader, fields[name], path, name)])) as T;
}
