// What falls due when: a binary heap, earliest first, whose members can be moved and taken out.

export interface Due {
  /** Milliseconds since 1970. */
  due: number;
  /** Where the member sits in the heap; NOT_DUE outside it. */
  place: number;
}

export const NOT_DUE = -1;

export class DueQueue<T extends Due> {
  readonly #heap: T[] = [];

  get first(): T | undefined {
    return this.#heap[0];
  }

  set(member: T, due: number): void {
    const before = member.due;
    member.due = due;
    if (member.place === NOT_DUE) {
      this.#heap.push(member);
      this.#rise(member, this.#heap.length - 1);
    } else if (due < before) this.#rise(member, member.place);
    else this.#sink(member, member.place);
  }

  delete(member: T): void {
    const place = member.place;
    if (place === NOT_DUE) return;
    member.place = NOT_DUE;
    const last = this.#heap.pop()!;
    if (last === member) return;
    if (last.due < member.due) this.#rise(last, place);
    else this.#sink(last, place);
  }

  #rise(member: T, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#heap[parent]!.due <= member.due) break;
      this.#put(this.#heap[parent]!, place);
      place = parent;
    }
    this.#put(member, place);
  }

  #sink(member: T, from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#heap[child + 1]!.due < this.#heap[child]!.due) child++;
      if (member.due <= this.#heap[child]!.due) break;
      this.#put(this.#heap[child]!, place);
      place = child;
    }
    this.#put(member, place);
  }

  #put(member: T, place: number): void {
    this.#heap[place] = member;
    member.place = place;
  }
}
