// The lines of a file, one after the other, however large it is; no line may be longer than its bound.
import { ExportError } from "@policyledger/agent/check";

export async function* linesOf(file: Blob, maxBytes: number): AsyncGenerator<string, void, undefined> {
  const reader = file
    .stream()
    .pipeThrough(new TextDecoderStream("utf-8", { fatal: true, ignoreBOM: true }))
    .getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += value;
    let start = 0;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", start)) {
      yield rest.slice(start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > maxBytes) throw new ExportError("bad_line", `A line takes more than ${maxBytes} bytes`);
  }
  if (rest !== "") throw new ExportError("truncated", "The last line does not end");
}
