// A binary heap of small integers: the least one is at hand, putting in and taking out cost the logarithm of how many there are.

export class IntHeap {
  private readonly items: number[] = [];

  get size(): number {
    return this.items.length;
  }

  /** The least; -1 of an empty one. */
  peek(): number {
    return this.items[0] ?? -1;
  }

  clear(): void {
    this.items.length = 0;
  }

  push(item: number): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (items[up]! <= item) break;
      items[at] = items[up]!;
      at = up;
    }
    items[at] = item;
  }

  pop(): number {
    const { items } = this;
    const least = this.peek();
    const last = items.pop();
    if (last === undefined || items.length === 0) return least;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && items[down + 1]! < items[down]!) down += 1;
      if (items[down]! >= last) break;
      items[at] = items[down]!;
      at = down;
    }
    items[at] = last;
    return least;
  }
}
