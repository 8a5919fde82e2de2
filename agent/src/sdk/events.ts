// Server-sent events over fetch, as HTML's section 9.2 has them: they are read where the platform has no EventSource,
// and can be aborted.
import { ClientError } from "./error.ts";

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

const MAX_EVENT_BYTES = 1_048_576;

/** The events of one answer, until it ends. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  let event = "";
  let data: string[] = [];
  let id = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += value;
      if (buffer.length > MAX_EVENT_BYTES)
        throw new ClientError("unreadable_answer", "An event is too large");
      const lines = buffer.split(/\r\n|\n|\r(?!$)/);
      buffer = lines.pop()!;
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield { event: event || "message", id, data: data.join("\n") };
          event = "";
          data = [];
          continue;
        }
        const [, name, text] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
        if (name === "event") event = text ?? "";
        else if (name === "data") data.push(text ?? "");
        else if (name === "id") id = text ?? "";
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
