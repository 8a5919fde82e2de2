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
import type { View } from "../../log/index.ts";
import type { Call } from "../command.ts";
import { usage } from "../exit.ts";
import { addCheckpoint } from "./decide.ts";
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
  const server = createServer({ requestTimeout: MAX_BODY_MS }, (request, response) => {
    answered(request, following, origin, keys)
      .catch((error) => failure(error))
      .then((answer) => send(response, answer));
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
    close: () => server.close(),
  };
}

async function answered(
  request: IncomingMessage,
  following: Following,
  origin: string,
  logs: readonly VerifierKey[],
): Promise<Answer> {
  if (request.url !== "/add-checkpoint") return { status: 404, body: "There is nothing here\n" };
  if (request.method !== "POST") return { status: 405, body: "Only POST\n" };
  const asked = parseAddCheckpoint(await bodyOf(request));
  if (originOf(asked.checkpoint) !== origin) return { status: 404, body: "This log is not known\n" };
  const { storeOf, keys, now } = following;
  const answer = addCheckpoint({ store: storeOf(origin), keys, now }, logs, asked);
  if (answer.status === 200) return { status: 200, body: formatSignatureLines([answer.cosignature]) };
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

function send(response: ServerResponse, { status, type = "text/plain; charset=utf-8", body }: Answer): void {
  response.writeHead(status, { "content-type": type, connection: "close" }).end(body);
}
