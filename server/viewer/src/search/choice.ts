/** The marked row of a list that arrow keys walk around; −1 while none is marked. */
export class Choice {
  #row = -1;
  #count = 0;

  get row(): number {
    return this.#row;
  }

  /** Takes a new list and marks nothing. */
  reset(count: number): void {
    this.#count = count;
    this.#row = -1;
  }

  /** Marks the next (1) or previous (−1) row, around the ends. */
  move(step: 1 | -1): void {
    if (this.#count === 0) return;
    const from = this.#row < 0 && step < 0 ? 0 : this.#row;
    this.#row = (from + step + this.#count) % this.#count;
  }
}
