// The last call of a thread that may never return, in memory that another thread can read meanwhile.

/** Longer ones are cut. */
const MOST_BYTES = 2_000;
/** A number before them says how many bytes there are. */
const HEAD_BYTES = 4;

export function newLastCall(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + MOST_BYTES);
}

export function writeCall(memory: SharedArrayBuffer, call: string): void {
  const written = Buffer.from(memory, HEAD_BYTES).write(call);
  Atomics.store(new Int32Array(memory, 0, 1), 0, written);
}

/** Null where there was none. */
export function readCall(memory: SharedArrayBuffer): string | null {
  const length = Atomics.load(new Int32Array(memory, 0, 1), 0);
  return length === 0 ? null : Buffer.from(memory, HEAD_BYTES, length).toString();
}
