// One unary Pull: answers with what is ready, or waits a little for the first message.
import type { Call } from "../wire/service.ts";
import type { Consumer, Dispatcher } from "./dispatcher.ts";
import type { Received } from "./message-faults.ts";
import { Holder } from "./ordering-key.ts";
import type { SetTimer } from "./timer.ts";

/** The service waits "for a bounded amount of time"; clients ask again. */
const WAIT_MS = 1_000;
/** A response ends with the message that exceeds this. */
const MAX_BYTES = 10 << 20;

export function pull(
  dispatcher: Dispatcher,
  maxMessages: number,
  returnImmediately: boolean,
  { signal }: Call,
  setTimer: SetTimer,
): Promise<readonly Received[]> {
  // Nobody would get the answer, and what is in it would be leased in vain.
  if (signal.aborted) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      dispatcher.leave(consumer);
      isSettled = true;
      cancel?.();
      work();
    };
    let isSettled = false;
    let cancel: (() => void) | null = null;
    const consumer: Consumer = {
      holder: new Holder(),
      ackDeadlineMs: dispatcher.state.policy.ackDeadlineMs,
      room: () => ({ messages: isSettled ? 0 : maxMessages - dispatcher.late(consumer), bytes: MAX_BYTES }),
      deliver: (received) => settle(() => resolve(received)),
      end: (error) => settle(() => reject(error)),
    };
    dispatcher.join(consumer);
    if (isSettled) return;
    if (returnImmediately) return settle(() => resolve([]));
    cancel = setTimer(() => settle(() => resolve([])), WAIT_MS);
    signal.addEventListener("abort", () => settle(() => resolve([])), { once: true });
  });
}
