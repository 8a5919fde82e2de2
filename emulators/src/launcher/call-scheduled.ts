// Calls a scheduled function as Cloud Scheduler does: one POST that names the job and the time, whose answer is waited for.
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { HOST, type Ports, PROJECT_ID } from "./project.ts";
import type { Scheduled } from "./scheduled.ts";

/** What a function's process may take to start. A process that does not start leaves the call without any answer. */
const START_MS = 60_000;
/** As much of an answer as says what is wrong. */
const SHOWN = 200;

/** Says what went wrong, or null. With node:http, because `fetch` gives up after five minutes whatever one does. */
export function callScheduled(
  ports: Ports,
  { key, job, timeoutMs }: Pick<Scheduled, "key" | "job" | "timeoutMs">,
  signal: AbortSignal,
  startMs: number = START_MS,
): Promise<string | null> {
  const withinMs = startMs + timeoutMs;
  return new Promise((resolve) => {
    const call = request({
      host: HOST,
      port: ports.functions,
      method: "POST",
      path: `/functions/projects/${PROJECT_ID}/triggers/${key}`,
      headers: {
        "content-length": 0,
        "x-cloudscheduler": "true",
        "x-cloudscheduler-jobname": job,
        "x-cloudscheduler-scheduletime": new Date().toISOString(),
      },
      agent: false,
      signal,
    });
    const tooLate = new Error(`no answer within ${withinMs / 1000} s`);
    const timer = setTimeout(() => call.destroy(tooLate), withinMs);
    timer.unref();
    const done = (failure: string | null) => {
      clearTimeout(timer);
      // What a stop cut off has not failed.
      resolve(signal.aborted ? null : failure);
    };
    call.on("socket", (socket) => socket.unref());
    call.on("response", (answer) => failureOf(answer).then(done, (error: Error) => done(error.message)));
    call.on("error", ({ message }) => done(message));
    call.end();
  });
}

async function failureOf(answer: IncomingMessage): Promise<string | null> {
  const said = await text(answer);
  const { statusCode: status = 0 } = answer;
  return status >= 200 && status < 300 ? null : `${status} ${said.slice(0, SHOWN)}`.trim();
}
