// How a request comes in: with its body unread, so that we alone decide how much of it is read, inflated and parsed.
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/** Told to by Node before anyone else hears of a request. */
const REQUEST_START = "http.server.request.start";

/** By these a message has a body (RFC 9112, section 6.3), and body-parser looks at nothing else, in both its versions. */
const SAY_THAT_THERE_IS_A_BODY = ["content-length", "transfer-encoding"];

/**
 * The hosts of our functions, the functions framework in the cloud and the Emulator Suite on this machine, put
 * body-parser before every function: it would read up to 1 GB into memory, inflate it whatever it holds, and answer
 * what it cannot parse with a page of HTML. Neither has a setting for it, so requests are made to look as if they had
 * no body. Node itself no longer asks by then, and `rawHeaders` still holds what was sent: that is where
 * @hono/node-server reads the length from.
 *
 * Only where the host serves an HTTP function, which in both is one function a process: events come as bodies too, and
 * those the host has to read. A suite that runs all functions in one process, for a debugger, sets no signature type;
 * bodies are then read by the host, and come as `rawBody`. Callable functions and task queues are HTTP functions that
 * want the host to read: there must be none beside ours.
 */
export function openDoor(): void {
  if (process.env.FUNCTION_SIGNATURE_TYPE === "http") subscribe(REQUEST_START, hideBody);
}

function hideBody(message: unknown): void {
  const { headers } = (message as { readonly request: IncomingMessage }).request;
  for (const name of SAY_THAT_THERE_IS_A_BODY) delete headers[name];
}
