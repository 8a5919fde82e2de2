// One StreamingPull: sends what the subscription hands out, as far as the client's flow control lets it.
import type { Duplex } from "../wire/service.ts";
import { invalid, statusOf } from "../wire/status.ts";
import type { Broker } from "./broker.ts";
import type { Consumer, Dispatcher } from "./dispatcher.ts";
import type { Received } from "./message-faults.ts";
import { checkName } from "./names.ts";
import { Holder } from "./ordering-key.ts";
import { checkAckDeadline } from "./settings.ts";
import type { Room } from "./subscription.ts";

/** A decoded google.pubsub.v1.StreamingPullRequest. */
interface Request {
  readonly subscription: string;
  readonly ackIds: readonly string[];
  readonly modifyDeadlineSeconds: readonly number[];
  readonly modifyDeadlineAckIds: readonly string[];
  readonly streamAckDeadlineSeconds: number;
  readonly maxOutstandingMessages: string;
  readonly maxOutstandingBytes: string;
  readonly clientId: string;
  readonly protocolVersion: string;
}

/** One response's worth: small enough that streams share a backlog, large enough that the cost of a response does not count. */
const MAX_BATCH: Room = { messages: 250, bytes: 1 << 20 };
/** So many responses may wait to be read by the client; more would only pile up in memory. */
const MAX_UNREAD = 8;
/** From this version on, clients take a stream for dead that does not answer their pings. */
const ANSWERS_PINGS = 1;

export function streamingPull(broker: Broker): (stream: Duplex) => void {
  return (stream) => {
    let open: OpenStream | null = null;
    const end = (error?: unknown) => {
      open?.leave();
      stream.end(error === undefined ? undefined : statusOf(error));
    };
    stream.onRequest((request: Request) => {
      try {
        if (open === null) open = new OpenStream(broker, stream, request, end);
        else open.handle(request);
      } catch (error) {
        end(error);
      }
    });
    stream.onHalfClose(() => end());
    stream.call.signal.addEventListener("abort", () => open?.leave(), { once: true });
  };
}

class OpenStream implements Consumer {
  readonly holder = new Holder();
  ackDeadlineMs: number;
  readonly end: (error?: unknown) => void;
  readonly #broker: Broker;
  readonly #stream: Duplex;
  readonly #subscription: string;
  readonly #dispatcher: Dispatcher;
  readonly #limit: Room;
  readonly #answersPings: boolean;

  constructor(broker: Broker, stream: Duplex, request: Request, end: (error?: unknown) => void) {
    this.#broker = broker;
    this.#stream = stream;
    this.end = end;
    this.#subscription = checkName(request.subscription, "subscriptions");
    this.#dispatcher = broker.dispatcher(this.#subscription);
    // Required here; in later requests 0 leaves it as it is.
    this.ackDeadlineMs = checkAckDeadline(request.streamAckDeadlineSeconds) * 1_000;
    this.#limit = {
      messages: limitOf(request.maxOutstandingMessages),
      bytes: limitOf(request.maxOutstandingBytes),
    };
    this.#answersPings = Number(request.protocolVersion) >= ANSWERS_PINGS;
    this.#apply(request);
    this.#dispatcher.join(this);
  }

  handle(request: Request): void {
    refuseLateSettings(request);
    this.#apply(request);
    if (this.#answersPings) this.#send([]);
  }

  room(): Room | null {
    if (this.#stream.buffered >= MAX_UNREAD) return null;
    return {
      messages: Math.min(this.#limit.messages - this.holder.messages, MAX_BATCH.messages),
      bytes: Math.min(this.#limit.bytes - this.holder.bytes, MAX_BATCH.bytes),
    };
  }

  deliver(received: readonly Received[]): void {
    this.#send(received);
  }

  leave(): void {
    this.#dispatcher.leave(this);
  }

  #send(receivedMessages: readonly Received[]): void {
    this.#stream.send({
      receivedMessages,
      subscriptionProperties: { messageOrderingEnabled: this.#dispatcher.state.policy.isOrdered },
    });
  }

  #apply(request: Request): void {
    const { ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds, streamAckDeadlineSeconds } = request;
    if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length)
      throw invalid(
        `modify_deadline_ack_ids has ${modifyDeadlineAckIds.length} members and modify_deadline_seconds ${modifyDeadlineSeconds.length}: there must be one deadline for each ack id.`,
      );
    if (streamAckDeadlineSeconds !== 0)
      this.ackDeadlineMs = checkAckDeadline(streamAckDeadlineSeconds) * 1_000;
    modifyDeadlineAckIds.forEach((ackId, i) => {
      const deadline = checkAckDeadline(modifyDeadlineSeconds[i]!, 0);
      this.#broker.modifyAckDeadline(this.#subscription, [ackId], deadline * 1_000);
    });
    if (ackIds.length > 0) this.#broker.acknowledge(this.#subscription, ackIds).catch(this.end);
  }
}

function refuseLateSettings(request: Request): void {
  const { subscription, maxOutstandingMessages, maxOutstandingBytes, clientId, protocolVersion } = request;
  const isSet = {
    subscription: subscription !== "",
    client_id: clientId !== "",
    max_outstanding_messages: maxOutstandingMessages !== "0",
    max_outstanding_bytes: maxOutstandingBytes !== "0",
    protocol_version: protocolVersion !== "0",
  };
  for (const [field, isWrong] of Object.entries(isSet))
    if (isWrong) throw invalid(`${field} can only be set in the first request of a stream.`);
}

/** Nothing, or less, is no limit. */
function limitOf(outstanding: string): number {
  return Number(outstanding) > 0 ? Number(outstanding) : Infinity;
}
