// A set of SHA-256 hashes in hex that holds them as numbers in one block. A set of strings does the same, but keeping
// a hundred thousand strings alive costs an auditor's garbage collector a third of the whole audit.

const WORDS = 8;
const FIRST_CAPACITY = 1_024;

export class HashSet {
  private size = 0;
  private capacity = FIRST_CAPACITY;
  /** Eight words a slot; a slot is free where `taken` is 0. Never more than half full. */
  private words = new Int32Array(WORDS * FIRST_CAPACITY);
  private taken = new Uint8Array(FIRST_CAPACITY);
  private readonly wanted = new Int32Array(WORDS);

  /** Adds a hash of 64 hex digits; false when it was there already. */
  add(hash: string): boolean {
    for (let word = 0; word < WORDS; word++) this.wanted[word] = wordOf(hash, 8 * word);
    if (!this.insert(this.wanted, 0)) return false;
    this.size += 1;
    if (2 * this.size > this.capacity) this.grow();
    return true;
  }

  /** Takes eight words from `source`; a hash is random already, so its first word says where to look. */
  private insert(source: Int32Array, from: number): boolean {
    const mask = this.capacity - 1;
    for (let slot = source[from]! & mask; ; slot = (slot + 1) & mask) {
      if (this.taken[slot] === 0) {
        this.taken[slot] = 1;
        for (let word = 0; word < WORDS; word++) this.words[WORDS * slot + word] = source[from + word]!;
        return true;
      }
      if (this.holds(slot, source, from)) return false;
    }
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

function wordOf(hash: string, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i++) {
    const unit = hash.charCodeAt(i);
    word = (word << 4) | (unit <= 0x39 ? unit - 0x30 : unit - 0x57);
  }
  return word;
}
