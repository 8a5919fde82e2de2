// The witness protocol (c2sp.org/tlog-witness): POST /add-checkpoint, for logs that hand their checkpoints in. It answers for
// the one log that is followed, by the same decision, on the same state.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  formatSignatureLines,
  originOf,
  PolicyLedgerError,
  parseAddCheckpoint,
  type VerifierKey,
} from "@policyledger/core";
import type { ContradictionError, View } from "../../log/index.ts";
import type { Call } from "../command.ts";
import { usage } from "../exit.ts";
import { addCheckpoint, contradictionOf } from "./decide.ts";
import type { Following } from "./follow.ts";

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

/** A request is a note and at most 63 hashes (docs/formats.md, "Request to a witness"). */
const MAX_BODY_BYTES = 300_000;
const MAX_BODY_MS = 10_000;

export interface Listening {
  /** What the log showed in a later round: it may have a new key by then. */
  saw(view: View): void;
  /** What was handed in that proves by itself that the log has signed two histories: after it nothing is cosigned. */
  readonly contradicted: Promise<ContradictionError>;
  close(): void;
}

export async function listen(
  { terminal }: Pick<Call, "terminal">,
  following: Following,
  port: number,
): Promise<Listening> {
  // Whose checkpoints are taken is known from the log itself, held to what was seen of it before.
  const first = await following.log.checkpoint({ signal: following.signal });
  const { origin } = first;
  let { keys } = first;
  let tell: (error: ContradictionError) => void = () => {};
  const contradicted = new Promise<ContradictionError>((resolve) => {
    tell = resolve;
  });
  const server = createServer({ requestTimeout: MAX_BODY_MS }, (request, response) => {
    answered(request, following, { origin, keys, tell })
      .catch((error) => failure(error))
      .then((answer) => send(request, response, answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(usage(`Cannot listen on port ${port}: ${error.message}`)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as { readonly port: number };
  terminal.note(`POST http://127.0.0.1:${address.port}/add-checkpoint answers for ${origin}`);
  return {
    saw: (view) => {
      keys = view.keys;
    },
    contradicted,
    close: () => server.close(),
  };
}

interface Listened {
  readonly origin: string;
  readonly keys: readonly VerifierKey[];
  readonly tell: (error: ContradictionError) => void;
}

async function answered(
  request: IncomingMessage,
  { storeOf, keys, now }: Following,
  log: Listened,
): Promise<Answer> {
  if (request.url !== "/add-checkpoint") return { status: 404, body: "There is nothing here\n" };
  if (request.method !== "POST") return { status: 405, body: "Only POST\n" };
  const asked = parseAddCheckpoint(await bodyOf(request));
  if (originOf(asked.checkpoint) !== log.origin) return { status: 404, body: "This log is not known\n" };
  const store = storeOf(log.origin);
  const answer = addCheckpoint({ store, keys, now }, log.keys, asked);
  if (answer.status === 200) return { status: 200, body: formatSignatureLines([answer.cosignature]) };
  if (answer.status === 409 || answer.status === 422) {
    const { held } = store.read().state;
    const found = contradictionOf(log.keys, held, asked.checkpoint, { proof: asked.proof });
    // Less than a proof is what anybody could hand in.
    if (found?.proven) log.tell(found);
  }
  if (answer.status === 409) return { status: 409, type: "text/x.tlog.size", body: `${answer.size}\n` };
  return { status: answer.status, body: `${answer.message}\n` };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new PolicyLedgerError("invalid_request", "The request is too large");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function failure(error: unknown): Answer {
  if (error instanceof PolicyLedgerError) return { status: 400, body: `${error.message}\n` };
  return { status: 500, body: "The witness cannot write down what it would sign\n" };
}

/** The connection is kept for the log's next checkpoint, unless some of this request is still to come. */
function send(
  { complete }: IncomingMessage,
  response: ServerResponse,
  { status, type = "text/plain; charset=utf-8", body }: Answer,
): void {
  const headers = { "content-type": type, "content-length": Buffer.byteLength(body) };
  response.writeHead(status, complete ? headers : { ...headers, connection: "close" }).end(body);
}
