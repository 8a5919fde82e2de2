// Delivers events to the Functions emulator: in order for each trigger and document, a few at a time, until they held.
import { Agent, request } from "node:http";
import type { Faults } from "../wire/faults.ts";
import { StatusError } from "../wire/status.ts";

export interface Event {
  /** Its place among all stored events. */
  readonly seq: number;
  readonly id: string;
  /** The key of the trigger that it is for. */
  readonly trigger: string;
  /** The full name of the document. */
  readonly document: string;
  readonly body: Uint8Array;
  readonly headers: string;
}

interface DeliveryOptions {
  /** `host:port` of the Functions emulator. */
  readonly functions: string;
  /** How many events are under way at once: the Functions emulator starts a process for each. */
  readonly parallel: number;
  readonly faults: Faults;
  /** Called once for each event that needs no further delivery. */
  readonly done: (seq: number) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Pauses add up to some ten minutes; the real service gives up after a day. */
const ATTEMPTS = 66;
const SPOKEN_ATTEMPTS = 3;
/** Second-generation event functions may run for 540 seconds. */
const ANSWER_WITHIN_MS = 560_000;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #agent = new Agent({ keepAlive: true });
  /** By trigger and document: the first one is being delivered or waits for its next attempt. */
  readonly #queues = new Map<string, Event[]>();
  readonly #ready: string[] = [];
  readonly #open = new Set<string>();
  /** Failed attempts, by event. */
  readonly #attempts = new Map<number, number>();
  #running = 0;
  #isClosed = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  add(event: Event): void {
    const key = `${event.trigger} ${event.document}`;
    const queue = this.#queues.get(key);
    if (queue !== undefined) {
      queue.push(event);
      return;
    }
    this.#queues.set(key, [event]);
    if (!this.#open.has(event.trigger)) return;
    this.#ready.push(key);
    this.#next();
  }

  /** Events of a trigger wait until it is registered: those of a former run may come before it. */
  open(trigger: string): void {
    if (this.#open.has(trigger)) return;
    this.#open.add(trigger);
    for (const [key, [first]] of this.#queues) if (first!.trigger === trigger) this.#ready.push(key);
    this.#next();
  }

  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  #next(): void {
    while (this.#running < this.#options.parallel && this.#ready.length > 0 && !this.#isClosed) {
      const key = this.#ready.shift()!;
      this.#running++;
      void this.#attempt(this.#queues.get(key)![0]!).then((isDone) => {
        this.#running--;
        if (isDone) this.#settle(key);
        this.#next();
      });
    }
  }

  /** Whether the event is done with, delivered or given up. */
  async #attempt(event: Event): Promise<boolean> {
    const answer = await this.#options.faults
      .around("event", () => this.#post(event))
      .catch((error: unknown) => ({
        status: 0,
        text: error instanceof StatusError ? error.message : String(error),
      }));
    if (this.#isClosed) return false;
    // 204: of an earlier generation of the functions; 404: no such trigger.
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 404) return true;
    const attempts = (this.#attempts.get(event.seq) ?? 0) + 1;
    if (attempts >= ATTEMPTS) {
      console.error(
        `Gave up event ${event.id} of ${event.document} for ${event.trigger} after ${attempts} attempts.`,
      );
      return true;
    }
    this.#attempts.set(event.seq, attempts);
    // The first few, then one in ten: with the Functions emulator down there may be many.
    if (attempts <= SPOKEN_ATTEMPTS || attempts % 10 === 0)
      console.error(
        `Event ${event.id} for ${event.trigger}: ${answer.status} ${answer.text.slice(0, 200)}; attempt ${attempts}`,
      );
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
    setTimeout(() => {
      this.#ready.push(`${event.trigger} ${event.document}`);
      this.#next();
    }, pause).unref();
    return false;
  }

  #settle(key: string): void {
    const queue = this.#queues.get(key)!;
    const { seq } = queue.shift()!;
    this.#attempts.delete(seq);
    this.#options.done(seq);
    if (queue.length > 0) this.#ready.push(key);
    else this.#queues.delete(key);
  }

  #post({ trigger, document, body, headers }: Event): Promise<{ status: number; text: string }> {
    const [host, port] = this.#options.functions.split(/:(?=\d+$)/) as [string, string];
    const project = document.split("/", 2)[1]!;
    return new Promise((resolve, reject) => {
      const post = request(
        {
          host,
          port,
          method: "POST",
          path: `/functions/projects/${project}/triggers/${trigger}`,
          agent: this.#agent,
          timeout: ANSWER_WITHIN_MS,
          headers: { ...JSON.parse(headers), "content-length": body.length },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }),
          );
          response.on("error", reject);
        },
      );
      post.on("timeout", () => post.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
      post.on("error", reject);
      post.end(body);
    });
  }
}
