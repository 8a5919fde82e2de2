// A set of SHA-256 hashes in hex that holds them as numbers in one block. A set of strings does the same, but keeping
// a hundred thousand strings alive costs an auditor's garbage collector a third of the whole audit.

const WORDS = 8;
const FIRST_CAPACITY = 1_024;

/**
 * How far a hash may stand behind where it belongs. Half full of random hashes, a table has no such run: its
 * chance falls by e^-0.19 a slot. Whoever makes claims can make ids that all belong in one place, under any fixed
 * way of mixing their digits; those behind the run go to an ordinary set, so that each still costs the same.
 */
const MAX_RUN = 128;

export class HashSet {
  private size = 0;
  private capacity = FIRST_CAPACITY;
  /** Eight words a slot; a slot is free where `taken` is 0. Never more than half full. */
  private words = new Int32Array(WORDS * FIRST_CAPACITY);
  private taken = new Uint8Array(FIRST_CAPACITY);
  private readonly wanted = new Int32Array(WORDS);
  /** Those for which a run was too long, in hex. */
  private readonly beyond = new Set<string>();

  /** Adds a hash of 64 hex digits; false when it was there already. */
  add(hash: string): boolean {
    for (let word = 0; word < WORDS; word++) this.wanted[word] = wordOf(hash, 8 * word);
    if (this.beyond.size > 0 && this.beyond.has(hash)) return false;
    if (!this.insert(this.wanted, 0)) return false;
    this.size += 1;
    if (2 * this.size > this.capacity) this.grow();
    return true;
  }

  /** Takes eight words from `source`; a hash is random already, so its first word says where to look. */
  private insert(source: Int32Array, from: number): boolean {
    const mask = this.capacity - 1;
    const first = source[from]!;
    for (let run = 0; run < MAX_RUN; run++) {
      const slot = (first + run) & mask;
      if (this.taken[slot] === 0) {
        this.taken[slot] = 1;
        for (let word = 0; word < WORDS; word++) this.words[WORDS * slot + word] = source[from + word]!;
        return true;
      }
      if (this.holds(slot, source, from)) return false;
    }
    this.beyond.add(hexOf(source, from));
    return true;
  }

  private holds(slot: number, source: Int32Array, from: number): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (this.words[WORDS * slot + word] !== source[from + word]) return false;
    }
    return true;
  }

  private grow(): void {
    const { words, taken } = this;
    this.capacity *= 2;
    this.words = new Int32Array(WORDS * this.capacity);
    this.taken = new Uint8Array(this.capacity);
    for (let slot = 0; slot < taken.length; slot++) if (taken[slot] === 1) this.insert(words, WORDS * slot);
  }
}

function hexOf(source: Int32Array, from: number): string {
  let hex = "";
  for (let word = 0; word < WORDS; word++) {
    hex += (source[from + word]! >>> 0).toString(16).padStart(8, "0");
  }
  return hex;
}

function wordOf(hash: string, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i++) {
    const unit = hash.charCodeAt(i);
    word = (word << 4) | (unit <= 0x39 ? unit - 0x30 : unit - 0x57);
  }
  return word;
}
