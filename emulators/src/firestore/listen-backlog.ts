// How far a listener's client is behind, in bytes: what was sent to it and not taken yet.

/** What a message weighs besides its document, roughly. */
const MESSAGE_BYTES = 100;

export class Backlog {
  readonly #max: number;
  #sizes: number[] = [];
  #bytes = 0;
  /** What it was at its shortest since it was last forgiven. */
  #floor = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isTooLong(): boolean {
    return this.#bytes - this.#floor > this.#max;
  }

  get isTooLongToAdd(): boolean {
    return this.#bytes > this.#max;
  }

  add(size: number): void {
    this.#sizes.push(size + MESSAGE_BYTES);
    this.#bytes += size + MESSAGE_BYTES;
  }

  forgive(): void {
    this.#floor = this.#bytes;
  }

  /** `buffered`: how many messages have not been taken, the latest ones. */
  update(buffered: number): void {
    if (this.#sizes.length <= buffered) return;
    for (const size of this.#sizes.splice(0, this.#sizes.length - buffered)) this.#bytes -= size;
    this.#floor = Math.min(this.#floor, this.#bytes);
  }
}
