// Who comes first in a row of rivals; when one of them has changed, it is known again in the logarithm of how many there are.

export class Tournament {
  private readonly isBefore: (a: number, b: number) => boolean;
  private readonly width: number;
  /** Node 1 is the final; the rivals of node k are the winners of 2k and 2k + 1; the last `width` nodes are the row itself, then -1. */
  private readonly winners: Int32Array;

  constructor(length: number, isBefore: (a: number, b: number) => boolean) {
    this.isBefore = isBefore;
    let width = 1;
    while (width < length) width *= 2;
    this.width = width;
    this.winners = new Int32Array(2 * width).fill(-1);
    for (let place = 0; place < length; place++) this.winners[width + place] = place;
  }

  /** Anyone may have changed. */
  playAll(): number {
    for (let node = this.width - 1; node > 0; node--) this.play(node);
    return this.winners[1]!;
  }

  /** Only the one at this place has changed. */
  playAgain(place: number): number {
    for (let node = (this.width + place) >> 1; node > 0; node >>= 1) this.play(node);
    return this.winners[1]!;
  }

  private play(node: number): void {
    const [a, b] = [this.winners[2 * node]!, this.winners[2 * node + 1]!];
    this.winners[node] = b >= 0 && (a < 0 || this.isBefore(b, a)) ? b : a;
  }
}
